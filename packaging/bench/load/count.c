/* count INDEX: how many messages all mailboxes hold, from the counters in Postern's index (read only, beside the daemon). */
#include <sqlite3.h>
#include <stdio.h>

int main(int argc, char **argv) {
    sqlite3 *index;
    sqlite3_stmt *counters;
    if (argc != 2 || sqlite3_open_v2(argv[1], &index, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) return 1;
    sqlite3_busy_timeout(index, 5000);
    if (sqlite3_prepare_v2(index, "SELECT coalesce(sum(messages), 0) FROM mailbox", -1, &counters, NULL) != SQLITE_OK) return 1;
    if (sqlite3_step(counters) != SQLITE_ROW) return 1;
    printf("%lld\n", (long long)sqlite3_column_int64(counters, 0));
    sqlite3_finalize(counters);
    sqlite3_close(index);
    return 0;
}
