/* A disk that fails when it is told to, and a wall clock that jumps: preloaded into a server by disk.py, which shares
   the struct with it. Only files whose name has the text of DISK_FILE in it can fail. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { WELL, ONCE, FROM_NOW, KILL };
enum { ANY_FILE, LOG_FILE, MAIN_FILE };

struct orders { volatile int64_t action, countdown, error, file, writes, struck, clock; };
static struct orders *orders;
static const char *name;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("DISK_ORDERS");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    name = getenv("DISK_FILE");
    if (fd < 0 || !name) return;
    void *shared = mmap(NULL, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED) orders = shared;
    close(fd);
}

/* Whether this write is one that counts and its turn has come. */
static int due(int fd) {
    char link[32], path[4096];
    if (!orders) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = 0;
    if (!strstr(path, name) || strstr(path, ".lock")) return 0;
    orders->writes++;
    int64_t file = strstr(path, "-wal") ? LOG_FILE : MAIN_FILE;
    if (orders->action == WELL || (orders->file != ANY_FILE && orders->file != file)) return 0;
    if (orders->countdown > 0 && --orders->countdown > 0) return 0;
    orders->struck++;
    return 1;
}

static int failed(void) {
    errno = (int)orders->error;
    if (orders->action == ONCE) orders->action = WELL;
    return -1;
}

static ssize_t (*real_pwrite(void))(int, const void *, size_t, off64_t) {
    return (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
}

static ssize_t written(int fd, const void *bytes, size_t size, off64_t at) {
    if (!due(fd)) return real_pwrite()(fd, bytes, size, at);
    if (orders->action == KILL) {  /* half of it reaches the disk */
        real_pwrite()(fd, bytes, size / 2, at);
        kill(getpid(), SIGKILL);
    }
    return failed();
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) { return written(fd, bytes, size, at); }
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return written(fd, bytes, size, at); }

#define GUARDED(call, type, how, ...)                                      \
    if (due(fd)) {                                                         \
        if (orders->action == KILL) kill(getpid(), SIGKILL);               \
        return failed();                                                   \
    }                                                                      \
    return ((int (*) type)dlsym(RTLD_NEXT, call)) how

int fdatasync(int fd) { GUARDED("fdatasync", (int), (fd)); }
int fsync(int fd) { GUARDED("fsync", (int), (fd)); }
int ftruncate(int fd, off_t size) { GUARDED("ftruncate", (int, off_t), (fd, size)); }
int ftruncate64(int fd, off64_t size) { GUARDED("ftruncate64", (int, off64_t), (fd, size)); }

int clock_gettime(clockid_t id, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, at);
    if (orders && result == 0 && id == CLOCK_REALTIME) at->tv_sec += orders->clock;
    return result;
}
