# sophiie-mock in a container: slim, no root, a file system that is only read, healthy when the server says so.
# The release workflow replaces the tag of the base by its digest (--build-arg BASE=…@sha256:…).
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
# What `--state postgresql://…` needs beside the ten: --build-arg EXTRA_LOCK=requirements-postgres.lock
ARG EXTRA_LOCK=requirements.lock
WORKDIR /src
COPY requirements.lock requirements-postgres.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /opt/sophiie-mock \
    && /opt/sophiie-mock/bin/python -m pip install --no-cache-dir --no-deps --require-hashes \
        --requirement requirements.lock --requirement ${EXTRA_LOCK}
COPY mock_server mock_server
COPY contracts contracts
COPY openapi openapi
COPY fixtures fixtures
# The build backend is in the lock, so nothing is fetched that has no hash.
RUN /opt/sophiie-mock/bin/python -m pip install --no-cache-dir --no-index --no-deps --no-build-isolation .

FROM ${BASE}
LABEL org.opencontainers.image.title="sophiie-mock" \
      org.opencontainers.image.description="An unofficial, stateful fake of the Sophiie API, for laptops and CI" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/OWNER/sophiie-mock"
RUN useradd --no-create-home --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin mock \
    && mkdir /state && chown 10001 /state
COPY --from=build /opt/sophiie-mock /opt/sophiie-mock
# In a container the server must listen beyond loopback; its control plane wants the token that it writes to /state.
ENV PATH=/opt/sophiie-mock/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SOPHIIE_MOCK_HOST=0.0.0.0
USER 10001
WORKDIR /state
VOLUME /state
EXPOSE 4747
HEALTHCHECK --interval=2s --timeout=2s --start-period=20s --retries=3 CMD ["sophiie-mock", "wait", "--quiet", "--timeout", "1"]
ENTRYPOINT ["sophiie-mock"]
CMD ["serve"]
