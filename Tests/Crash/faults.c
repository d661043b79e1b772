/* Preloaded into the daemon: makes system calls on chosen files fail. The file named by POSTERN_FAULTS says which:
 *   SERIAL CALL ERRNO COUNT PART-OF-PATH
 * CALL is sync (fsync, fdatasync), write (write, pwrite, writev, pwritev), read (pread), short (a write that takes only half), lie (a sync that
 * does nothing and says that all is well, and octets that are not sent on their way either) or slow (nothing fails: a sync takes so
 * many ms longer, a read a twentieth of that).
 * COUNT calls fail (-1: all of them) after a new SERIAL; no file: none.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long serial_seen, failed;

static int fault(const char *call, int fd) {
    const char *control = getenv("POSTERN_FAULTS");
    if (!control) return 0;
    int file = open(control, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[512], wanted[16], part[256], link[64], path[512];
    long serial, number, count;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = 0;
    if (sscanf(text, "%ld %15s %ld %ld %255s", &serial, wanted, &number, &count, part) != 5 || strcmp(wanted, call)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    if (!strstr(path, part)) return 0;
    if (atomic_exchange(&serial_seen, serial) != serial) atomic_store(&failed, 0);
    if (count >= 0 && atomic_fetch_add(&failed, 1) >= count) return 0;
    return (int)number;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL(call) do { int number = fault(call, fd); if (number) { errno = number; return -1; } } while (0)

static void wait_for_drive(int fd, int part) { usleep((useconds_t)(fault("slow", fd) * 1000 / part)); }

int fsync(int fd) { wait_for_drive(fd, 1); FAIL("sync"); if (fault("lie", fd)) return 0; return REAL(fsync)(fd); }
int fdatasync(int fd) { wait_for_drive(fd, 1); FAIL("sync"); if (fault("lie", fd)) return 0; return REAL(fdatasync)(fd); }
int sync_file_range(int fd, off64_t offset, off64_t count, unsigned flags) {
    if (fault("lie", fd)) return 0;
    return REAL(sync_file_range)(fd, offset, count, flags);
}
ssize_t write(int fd, const void *bytes, size_t count) { FAIL("write"); return REAL(write)(fd, bytes, count); }
ssize_t writev(int fd, const struct iovec *parts, int count) { FAIL("write"); return REAL(writev)(fd, parts, count); }
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    FAIL("write");
    if (count > 1 && fault("short", fd)) count /= 2;
    return REAL(pwrite)(fd, bytes, count, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    FAIL("write");
    if (count > 1 && fault("short", fd)) count /= 2;
    return REAL(pwrite64)(fd, bytes, count, offset);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { FAIL("write"); return REAL(pwritev)(fd, parts, count, offset); }
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) { FAIL("write"); return REAL(pwritev64)(fd, parts, count, offset); }
ssize_t pread(int fd, void *bytes, size_t count, off_t offset) { wait_for_drive(fd, 20); FAIL("read"); return REAL(pread)(fd, bytes, count, offset); }
ssize_t pread64(int fd, void *bytes, size_t count, off64_t offset) { wait_for_drive(fd, 20); FAIL("read"); return REAL(pread64)(fd, bytes, count, offset); }
