#define _GNU_SOURCE
#include "CPageCache.h"
#include <fcntl.h>
#include <sys/uio.h>

ssize_t page_cache_read(int descriptor, void *bytes, size_t length, int64_t offset) {
    struct iovec piece = { bytes, length };
    return preadv2(descriptor, &piece, 1, offset, RWF_NOWAIT);
}

void page_cache_start_writing(int descriptor, int64_t offset, int64_t length) {
    sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
}

int page_cache_bypass(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_DIRECT);
}
