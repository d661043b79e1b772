#include "CChecksum.h"
#include <string.h>

static uint32_t table[256];

// Octets of a lane: three lanes that lie one behind the other are computed side by side, because the instruction takes three cycles and
// can begin in each of them.
enum { lane = 512 };

// What becomes of each octet of a checksum in progress when a lane of zeros follows; what becomes of the whole is their sum.
static uint32_t after_lane[4][256];

__attribute__((constructor)) static void make_tables(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++) c = c & 1 ? (c >> 1) ^ 0x82F63B78u : c >> 1;
        table[i] = c;
    }
    for (int bit = 0; bit < 32; bit++) {
        uint32_t c = (uint32_t)1 << bit;
        for (int k = 0; k < lane; k++) c = table[c & 0xFF] ^ (c >> 8);
        for (int i = 0; i < 256; i++) {
            if (i >> (bit & 7) & 1) after_lane[bit >> 3][i] ^= c;
        }
    }
}

static uint32_t by_table(uint32_t c, const unsigned char *p, size_t n) {
    while (n--) c = table[(c ^ *p++) & 0xFF] ^ (c >> 8);
    return c;
}

#if defined(__x86_64__)
static uint32_t skip_lane(uint32_t c) {
    return after_lane[0][c & 0xFF] ^ after_lane[1][c >> 8 & 0xFF] ^ after_lane[2][c >> 16 & 0xFF] ^ after_lane[3][c >> 24];
}

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, const unsigned char *p, size_t n) {
    uint64_t c = crc;
    while (n >= 3 * lane) {
        uint64_t second = 0, third = 0;
        for (size_t i = 0; i < lane; i += 8) {
            uint64_t words[3];
            memcpy(&words[0], p + i, 8);
            memcpy(&words[1], p + lane + i, 8);
            memcpy(&words[2], p + 2 * lane + i, 8);
            c = __builtin_ia32_crc32di(c, words[0]);
            second = __builtin_ia32_crc32di(second, words[1]);
            third = __builtin_ia32_crc32di(third, words[2]);
        }
        c = skip_lane(skip_lane((uint32_t)c) ^ (uint32_t)second) ^ (uint32_t)third;
        p += 3 * lane;
        n -= 3 * lane;
    }
    while (n >= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        c = __builtin_ia32_crc32di(c, word);
        p += 8;
        n -= 8;
    }
    uint32_t narrow = (uint32_t)c;
    while (n--) narrow = __builtin_ia32_crc32qi(narrow, *p++);
    return narrow;
}
#endif

uint32_t checksum_crc32c(uint32_t crc, const void *bytes, size_t length) {
    crc = ~crc;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return ~by_instruction(crc, bytes, length);
#endif
    return ~by_table(crc, bytes, length);
}
