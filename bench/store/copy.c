/* The measure of `dcm-bench store`: what a plain client of libpq reaches with the same rows in the same table.
 *
 *   copy CONNECTION FILE [metadata]
 *
 * FILE holds rows of `actions` in the binary format of COPY. They are put into buffers of 10,000 rows before the clock
 * starts; each buffer is one COPY and one transaction. With a third argument the rows have the column `metadata` as
 * well, as those of a migration. Prints rows per second and its own processor time in microseconds per row. */
#include <libpq-fe.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { batch_rows = 10000, header_bytes = 19, piece_bytes = 65536 };

static const char recorded[] =
    "COPY actions (id, subtask_id, session_id, project_path, tool_name, tool_type, input, output, file_paths, "
    "exit_code, duration_ms, created_at) FROM STDIN (FORMAT binary)";
static const char imported[] =
    "COPY actions (id, subtask_id, session_id, project_path, tool_name, tool_type, input, output, file_paths, "
    "exit_code, duration_ms, created_at, metadata) FROM STDIN (FORMAT binary)";
static const char *sql = recorded;

struct batch {
    char *bytes;
    size_t count;
};

static void fail(const char *what, const char *why) {
    fprintf(stderr, "copy: %s: %s\n", what, why);
    exit(1);
}

static char *read_all(const char *path, size_t *count) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path, "can't be opened");
    fseek(file, 0, SEEK_END);
    *count = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*count);
    if (!bytes || fread(bytes, 1, *count, file) != *count) fail(path, "can't be read");
    fclose(file);
    return bytes;
}

static uint32_t number(const char *at, int size) {
    uint32_t value = 0;
    for (int i = 0; i < size; i++) value = value << 8 | (unsigned char)at[i];
    return value;
}

/* The length of the row at `row`, 0 at the end of the file. */
static size_t row_bytes(const char *row) {
    uint32_t fields = number(row, 2);
    if (fields == 0xFFFF) return 0;
    const char *at = row + 2;
    for (uint32_t i = 0; i < fields; i++) {
        uint32_t length = number(at, 4);
        at += 4 + (length == 0xFFFFFFFF ? 0 : length);
    }
    return (size_t)(at - row);
}

static struct batch make_batch(const char *header, const char *rows, size_t bytes) {
    struct batch batch = {malloc(header_bytes + bytes + 2), header_bytes + bytes + 2};
    if (!batch.bytes) fail("batch", "no memory");
    memcpy(batch.bytes, header, header_bytes);
    memcpy(batch.bytes + header_bytes, rows, bytes);
    memset(batch.bytes + header_bytes + bytes, 0xFF, 2);
    return batch;
}

static void expect(PGconn *connection, PGresult *result, ExecStatusType status) {
    if (PQresultStatus(result) != status) fail("COPY", PQerrorMessage(connection));
    PQclear(result);
}

static void send_batch(PGconn *connection, struct batch batch) {
    expect(connection, PQexec(connection, sql), PGRES_COPY_IN);
    for (size_t at = 0; at < batch.count; at += piece_bytes) {
        size_t left = batch.count - at;
        int count = (int)(left < piece_bytes ? left : piece_bytes);
        if (PQputCopyData(connection, batch.bytes + at, count) != 1) fail("COPY", PQerrorMessage(connection));
    }
    if (PQputCopyEnd(connection, NULL) != 1) fail("COPY", PQerrorMessage(connection));
    expect(connection, PQgetResult(connection), PGRES_COMMAND_OK);
    while (PQgetResult(connection)) {}
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double processor(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv) {
    if (argc != 3 && argc != 4) fail("usage", "copy CONNECTION FILE [metadata]");
    if (argc == 4) sql = imported;
    size_t size;
    char *file = read_all(argv[2], &size);
    char *row = file + header_bytes;
    size_t rows = 0, count = 0, room = 64;
    struct batch *batches = malloc(room * sizeof *batches);
    while (row_bytes(row)) {
        char *start = row;
        for (int i = 0; i < batch_rows && row_bytes(row); i++, rows++) row += row_bytes(row);
        if (count == room) batches = realloc(batches, (room *= 2) * sizeof *batches);
        if (!batches) fail("batches", "no memory");
        batches[count++] = make_batch(file, start, (size_t)(row - start));
    }
    PGconn *connection = PQconnectdb(argv[1]);
    if (PQstatus(connection) != CONNECTION_OK) fail("connecting", PQerrorMessage(connection));
    double start = now(), used = processor();
    for (size_t i = 0; i < count; i++) send_batch(connection, batches[i]);
    double seconds = now() - start;
    printf("%.0f %.2f\n", (double)rows / seconds, (processor() - used) * 1e6 / (double)rows);
    PQfinish(connection);
    return 0;
}
