"""Texts that are not kept exactly."""

import html
import re
import unicodedata

from registry import asked
from stranger_helpers import change
from wrapper import Request

G = "stranger-texts"


@asked(G, "POST /v1/leads")
def nbsp_becomes_blank(request: Request) -> Request:
    return change(request, lastName=lambda t: t.replace("\xa0", " "))


@asked(G, "PUT /v1/leads/{}")
def business_name_is_escaped(request: Request) -> Request:
    return change(request, businessName=html.escape)


@asked(G, "POST /v1/policies")
def policy_loses_final_line_feed(request: Request) -> Request:
    return change(request, content=lambda t: t.rstrip("\n") if len(t.rstrip("\n")) > 1 else t)


@asked(G, "POST /v1/faqs")
def faq_question_cut_at_250(request: Request) -> Request:
    return change(request, question=lambda t: t[:250])


@asked(G, "PUT /v1/faqs/{}")
def faq_answer_tabs_expanded(request: Request) -> Request:
    return change(request, answer=lambda t: t.expandtabs(4))


@asked(G, "POST /v1/scenarios")
def scenario_question_stripped(request: Request) -> Request:
    body = request.json
    if not isinstance(body, dict) or not isinstance(body.get("questions"), list):
        return request
    return request.say(
        {
            **body,
            "questions": [
                {**q, "question": q["question"].strip() or q["question"]}
                if isinstance(q, dict) and isinstance(q.get("question"), str)
                else q
                for q in body["questions"]
            ],
        }
    )


@asked(G, "PUT /v1/scenarios/{}")
def scenario_follow_ups_lost(request: Request) -> Request:
    body = request.json
    try:
        return request.say(
            {
                **body,
                "questions": [
                    {**q, "answerOptions": [{**a, "followUps": a["followUps"][:1]} for a in q["answerOptions"]]}
                    for q in body["questions"]
                ],
            }
        )
    except (TypeError, KeyError):
        return request


@asked(G, "POST /v1/transfers")
def summary_format_loses_unknown_places(request: Request) -> Request:
    return change(request, summaryFormat=lambda t: re.sub("\\{(?!name|topic|summary)\\w*\\}", "", t))


@asked(G, "PUT /v1/transfers/{}")
def further_settings_are_dropped(request: Request) -> Request:
    body = request.json
    if not isinstance(body, dict) or not isinstance(body.get("settings"), dict):
        return request
    return request.say(
        {**body, "settings": {k: v for k, v in body["settings"].items() if k == "ignore_business_hours"}}
    )


@asked(G, "POST /v1/scenarios")
def outcome_numbers_become_texts(request: Request) -> Request:
    body = request.json
    if not isinstance(body, dict) or not isinstance(body.get("outcome"), dict):
        return request
    return request.say(
        {
            **body,
            "outcome": {
                k: str(v) if isinstance(v, int) and (not isinstance(v, bool)) else v for k, v in body["outcome"].items()
            },
        }
    )


@asked(G, "POST /v1/leads")
def mail_loses_its_plus_tag(request: Request) -> Request:
    return change(request, email=lambda t: re.sub("\\+[^@]*@", "@", t) if not t.startswith("+") else t)


@asked(G, "PUT /v1/leads/{}")
def mail_is_lowered_on_change(request: Request) -> Request:
    return change(request, email=str.lower)


@asked(G, "POST /v1/sms")
def sms_cut_at_160(request: Request) -> Request:
    return change(request, message=lambda t: t[:160])


@asked(G, "POST /v1/sms")
def sms_beyond_gsm_becomes_question_marks(request: Request) -> Request:
    return change(request, message=lambda t: "".join(c if ord(c) < 592 else "?" for c in t))


@asked(G, "POST /api/webhooks/zapier/subscribe")
def hook_url_loses_its_query(request: Request) -> Request:
    return change(request, hookUrl=lambda t: t.partition("?")[0])


@asked(G, "POST /api/webhooks/zapier/subscribe")
def hook_url_path_is_lowered(request: Request) -> Request:
    return change(request, hookUrl=lambda t: t.lower())


@asked(G, "PUT /v1/policies/{}")
def quotes_are_straightened(request: Request) -> Request:
    return change(
        request,
        title=lambda t: t.translate({8217: "'", 8220: '"', 8221: '"', 8216: "'"}),
        content=lambda t: t.translate({8217: "'", 8220: '"', 8221: '"', 8216: "'"}),
    )


@asked(G, "POST /v1/faqs")
def answer_null_becomes_dash(request: Request) -> Request:
    return change(request, answer=lambda t: "-" if t.lower() in ("null", "none", "undefined") else t)


@asked(G, "PUT /v1/scenarios/{}")
def markup_is_stripped(request: Request) -> Request:
    return change(request, prompt=lambda t: re.sub("<[^>]*>", "", t) or t)


@asked(G, "POST /v1/policies")
def backslashes_are_eaten(request: Request) -> Request:
    return change(request, content=lambda t: t.replace("\\", "") if len(t.replace("\\", "")) > 1 else t)


@asked(G, "POST /v1/leads")
def instagram_is_lost_beside_facebook(request: Request) -> Request:
    body = request.json
    if not isinstance(body, dict) or not isinstance(body.get("socials"), dict) or "facebook" not in body["socials"]:
        return request
    return request.say({**body, "socials": {k: v for k, v in body["socials"].items() if k != "instagram"}})


@asked(G, "PUT /v1/leads/{}")
def suburb_loses_leading_zeros(request: Request) -> Request:
    return change(request, suburb=lambda t: t.lstrip("0") or t)


@asked(G, "PUT /v1/transfers/{}")
def conditions_collapse_blanks(request: Request) -> Request:
    return change(request, conditions=lambda t: re.sub("  +", " ", t))


@asked(G, "POST /v1/transfers")
def label_is_composed(request: Request) -> Request:
    return change(request, label=lambda t: unicodedata.normalize("NFC", t))


@asked(G, "PUT /v1/scenarios/{}")
def name_is_widened(request: Request) -> Request:
    return change(request, name=lambda t: unicodedata.normalize("NFKC", t))
