#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Reads from the file as pread does, but only what the kernel has in memory: fewer octets than asked for, or -1, when it would have to
/// wait for the drive, and on file systems that cannot tell (RWF_NOWAIT of preadv2, which Swift does not see).
ssize_t page_cache_read(int descriptor, void *bytes, size_t length, int64_t offset);

/// The kernel begins to write these octets of the file to the drive, and keeps them in memory (sync_file_range, which Swift does not
/// see). It may wait for the drive when that has much to write already.
void page_cache_start_writing(int descriptor, int64_t offset, int64_t length);

/// From now on the file is read and written past the kernel's memory, in whole blocks at addresses of the same kind (O_DIRECT, which
/// Swift does not see): 0, or -1 where its file system refuses that.
int page_cache_bypass(int descriptor);
