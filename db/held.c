/* Which stores other processes have open. SQLite holds a shared lock on a database in WAL mode as
 * long as a connection is open ("File Locking And Concurrency", sqlite.org/lockingv3.html: the
 * bytes of the lock). */
#define _POSIX_C_SOURCE 200809L

#include <fcntl.h>
#include <unistd.h>

#include "db/db.h"

enum { SHARED_FIRST = 0x40000002, SHARED_SIZE = 510 };

bool db_is_held(const char *path)
{
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = SHARED_FIRST, .l_len = SHARED_SIZE};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    bool held = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    close(file);
    return held;
}
