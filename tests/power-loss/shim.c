/*
 * A disk that loses power, below any program: preloaded into a process, it watches the files under one folder.
 *
 * Every page (4 KiB) that was written but not yet synced is remembered as it was at the last sync. At the power cut each
 * such page goes back to that, files and folders that were created without a sync of the folder around them vanish, files that were removed
 * without one return, and the process is killed. Shared-memory files (`-shm`) are left alone: they do not survive by design.
 *
 * POWER_DIR     the folder, absolute, without a final slash
 * POWER_CUT     "write N" or "sync N": the cut comes instead of the N-th write or sync; unset: never
 * POWER_TORN    seed: each unsynced page is lost or kept by chance; unset: every one is lost
 * POWER_FAULTS  a file that may appear, change and vanish at run time: "write ENOSPC 7" lets 7 writes pass and then fails
 *               every one; "sync EIO 0" fails syncs; "write CUT 0" is the power cut. After a failed sync the pages count as clean to the system but are not
 *               on the disk, so a later sync saves only those that were written again, as on Linux.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum { PAGE = 4096, FDS = 4096, FILES = 256, BUCKETS = 4096 };

struct page {
  struct page *next;
  off_t number;
  int lost; /* a sync of it failed: later syncs do not save it */
  char bytes[PAGE];
};

struct file {
  dev_t device;
  ino_t inode;
  char path[PATH_MAX];
  char hidden[PATH_MAX]; /* where a removed file waits for the sync of its folder */
  int is_folder, created, removed;
  off_t synced_size;
  struct page *pages[BUCKETS];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct file *by_fd[FDS];
static struct file *files[FILES];
static int file_count;
static const char *folder;
static long writes, syncs;

#define REAL(name) ((__typeof__(&name))real(#name))
static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

static int watched_path(const char *path) {
  size_t length = strlen(folder), size = strlen(path);
  if (strncmp(path, folder, length) != 0 || (path[length] != '/' && path[length] != 0)) return 0;
  return size < 4 || strcmp(path + size - 4, "-shm") != 0;
}

static struct file *file_of(int fd) { return fd >= 0 && fd < FDS ? by_fd[fd] : NULL; }

/* The entry of a file or folder that is there now. */
static struct file *enter(const char *path, const struct stat *info, int created) {
  for (int i = 0; i < file_count; i++) {
    if (!files[i]->removed && files[i]->device == info->st_dev && files[i]->inode == info->st_ino) return files[i];
  }
  if (file_count == FILES) abort();
  struct file *file = calloc(1, sizeof *file);
  file->device = info->st_dev;
  file->inode = info->st_ino;
  file->is_folder = S_ISDIR(info->st_mode);
  file->created = created;
  file->synced_size = created ? 0 : info->st_size;
  strcpy(file->path, path);
  return files[file_count++] = file;
}

/* Starts to watch what `fd` refers to. */
static void watch(int fd, int created) {
  char link[64], path[PATH_MAX];
  struct stat info;
  if (folder == NULL || fd < 0 || fd >= FDS) return;
  by_fd[fd] = NULL;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  if (watched_path(path) && fstat(fd, &info) == 0) by_fd[fd] = enter(path, &info, created);
}

/* Remembers the pages of [from, to) as they are, unless an older state is remembered already. */
static void remember(int fd, struct file *file, off_t from, off_t to) {
  for (off_t number = from / PAGE; number * PAGE < to; number++) {
    struct page **bucket = &file->pages[number % BUCKETS], *page = *bucket;
    while (page != NULL && page->number != number) page = page->next;
    if (page == NULL) {
      page = calloc(1, sizeof *page);
      page->number = number;
      if (pread(fd, page->bytes, PAGE, number * PAGE) < 0) abort();
      page->next = *bucket;
      *bucket = page;
    }
    page->lost = 0;
  }
}

/* A sync that worked saves every page that is dirty; one that failed saves none and leaves none dirty. */
static void synced(int fd, struct file *file, int worked) {
  struct stat info;
  if (worked && fstat(fd, &info) == 0) file->synced_size = info.st_size;
  for (int i = 0; i < BUCKETS; i++) {
    for (struct page **at = &file->pages[i]; *at != NULL;) {
      struct page *page = *at;
      if (!worked) page->lost = 1;
      if (page->lost) {
        at = &page->next;
        continue;
      }
      *at = page->next;
      free(page);
    }
  }
}

static void folder_synced(const char *path) {
  size_t length = strlen(path);
  for (int i = 0; i < file_count; i++) {
    const char *slash = strrchr(files[i]->path, '/');
    if ((size_t)(slash - files[i]->path) != length || strncmp(files[i]->path, path, length) != 0) continue;
    files[i]->created = 0;
    if (files[i]->removed && files[i]->hidden[0] != 0) REAL(unlink)(files[i]->hidden);
    files[i]->hidden[0] = 0;
  }
}

static uint64_t chance;
static int coin(void) {
  chance ^= chance << 13;
  chance ^= chance >> 7;
  chance ^= chance << 17;
  return (chance >> 32) & 1;
}

static void restore(struct file *file, int torn) {
  const char *path = file->removed ? file->hidden : file->path;
  int fd = REAL(open)(path, O_RDWR);
  if (fd < 0) return;
  off_t size = file->synced_size;
  struct stat info;
  if (torn && fstat(fd, &info) == 0 && coin()) size = info.st_size;
  for (int i = 0; i < BUCKETS; i++) {
    for (struct page *page = file->pages[i]; page != NULL; page = page->next) {
      if (torn && !page->lost && coin()) continue;
      /* What was not there at the last sync reads as zeros; the size below cuts what lies beyond the end. */
      if (REAL(pwrite64)(fd, page->bytes, PAGE, page->number * PAGE) != PAGE) abort();
    }
  }
  if (REAL(ftruncate64)(fd, size) != 0) abort();
  REAL(close)(fd);
}

/* The power goes. Called with the lock held, which is never given back. */
static void cut(void) {
  const char *seed = getenv("POWER_TORN");
  chance = seed == NULL ? 0 : strtoull(seed, NULL, 10) * 2654435761u + 88172645463325252u;
  for (int i = 0; i < file_count; i++) {
    struct file *file = files[i];
    if (file->is_folder || (file->removed && file->hidden[0] == 0)) continue;
    restore(file, seed != NULL);
    if (file->created) REAL(unlink)(file->removed ? file->hidden : file->path);
    else if (file->removed && access(file->path, F_OK) != 0 && rename(file->hidden, file->path) != 0) abort();
  }
  for (int i = 0; i < file_count; i++) {
    char gone[PATH_MAX];
    if (!files[i]->is_folder || !files[i]->created) continue;
    if (snprintf(gone, sizeof gone, "%s.lost", files[i]->path) < (int)sizeof gone) rename(files[i]->path, gone);
  }
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static void count(const char *kind, long *counter) {
  const char *plan = getenv("POWER_CUT");
  size_t length = strlen(kind);
  *counter += 1;
  if (plan != NULL && strncmp(plan, kind, length) == 0 && *counter >= atol(plan + length)) cut();
}

/* The errno to fail with, or 0. */
static int fault(const char *kind) {
  static char last[64];
  static long passed;
  char plan[64] = "", what[16] = "", error[16] = "";
  long let = 0;
  const char *path = getenv("POWER_FAULTS");
  int fd = path == NULL ? -1 : REAL(open)(path, O_RDONLY);
  if (fd < 0) return 0;
  ssize_t length = read(fd, plan, sizeof plan - 1);
  REAL(close)(fd);
  if (length <= 0 || sscanf(plan, "%15s %15s %ld", what, error, &let) != 3 || strcmp(what, kind) != 0) return 0;
  if (strcmp(plan, last) != 0) {
    strcpy(last, plan);
    passed = 0;
  }
  if (passed++ < let) return 0;
  if (strcmp(error, "CUT") == 0) cut();
  return strcmp(error, "ENOSPC") == 0 ? ENOSPC : EIO;
}

__attribute__((constructor)) static void start(void) { folder = getenv("POWER_DIR"); }

static int opened(int fd, int existed) {
  int error = errno;
  pthread_mutex_lock(&lock);
  watch(fd, !existed);
  pthread_mutex_unlock(&lock);
  errno = error;
  return fd;
}

#define OPEN(name)                                                      \
  int name(const char *path, int flags, ...) {                          \
    mode_t mode = 0;                                                    \
    if (flags & (O_CREAT | O_TMPFILE)) {                                \
      va_list rest;                                                     \
      va_start(rest, flags);                                            \
      mode = va_arg(rest, mode_t);                                      \
      va_end(rest);                                                     \
    }                                                                   \
    int existed = !(flags & O_CREAT) || access(path, F_OK) == 0;        \
    return opened(REAL(name)(path, flags, mode), existed);              \
  }
OPEN(open)
OPEN(open64)

int close(int fd) {
  pthread_mutex_lock(&lock);
  if (fd >= 0 && fd < FDS) by_fd[fd] = NULL;
  pthread_mutex_unlock(&lock);
  return REAL(close)(fd);
}

#define WRITE_AT(name, offset_t)                                                 \
  ssize_t name(int fd, const void *bytes, size_t size, offset_t offset) {        \
    pthread_mutex_lock(&lock);                                                   \
    struct file *file = file_of(fd);                                             \
    if (file != NULL) {                                                          \
      count("write", &writes);                                                   \
      int error = fault("write");                                                \
      if (error != 0) {                                                          \
        pthread_mutex_unlock(&lock);                                             \
        errno = error;                                                           \
        return -1;                                                               \
      }                                                                          \
      remember(fd, file, offset, offset + (off_t)size);                          \
    }                                                                            \
    ssize_t written = REAL(name)(fd, bytes, size, offset);                       \
    pthread_mutex_unlock(&lock);                                                 \
    return written;                                                              \
  }
WRITE_AT(pwrite, off_t)
WRITE_AT(pwrite64, off64_t)

ssize_t write(int fd, const void *bytes, size_t size) {
  if (file_of(fd) == NULL) return REAL(write)(fd, bytes, size);
  off_t offset = lseek(fd, 0, SEEK_CUR);
  ssize_t written = pwrite64(fd, bytes, size, offset);
  if (written > 0) lseek(fd, offset + written, SEEK_SET);
  return written;
}

#define TRUNCATE(name, offset_t)                                              \
  int name(int fd, offset_t size) {                                           \
    struct stat info;                                                         \
    pthread_mutex_lock(&lock);                                                \
    struct file *file = file_of(fd);                                          \
    if (file != NULL) {                                                       \
      count("write", &writes);                                                \
      if (fstat(fd, &info) == 0 && info.st_size > size) remember(fd, file, size, info.st_size); \
    }                                                                         \
    int result = REAL(name)(fd, size);                                        \
    pthread_mutex_unlock(&lock);                                              \
    return result;                                                            \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                        \
  int name(int fd) {                                      \
    int error = 0;                                        \
    pthread_mutex_lock(&lock);                            \
    struct file *file = file_of(fd);                      \
    if (file != NULL && file->is_folder) {                \
      folder_synced(file->path);                          \
    } else if (file != NULL) {                            \
      count("sync", &syncs);                              \
      error = fault("sync");                              \
      synced(fd, file, error == 0);                       \
    }                                                     \
    pthread_mutex_unlock(&lock);                          \
    if (error == 0) return file == NULL ? REAL(name)(fd) : 0; \
    errno = error;                                        \
    return -1;                                            \
  }
SYNC(fsync)
SYNC(fdatasync)

int mkdir(const char *path, mode_t mode) {
  struct stat info;
  char absolute[PATH_MAX];
  int result = REAL(mkdir)(path, mode);
  int error = errno;
  if (result == 0 && folder != NULL && realpath(path, absolute) != NULL && watched_path(absolute) && stat(path, &info) == 0) {
    pthread_mutex_lock(&lock);
    enter(absolute, &info, 1);
    pthread_mutex_unlock(&lock);
  }
  errno = error;
  return result;
}

int unlink(const char *path) {
  struct stat info;
  char absolute[PATH_MAX];
  if (folder == NULL || realpath(path, absolute) == NULL || !watched_path(absolute) || stat(path, &info) != 0) {
    return REAL(unlink)(path);
  }
  pthread_mutex_lock(&lock);
  int result = -1;
  struct file *found = NULL;
  for (int i = 0; i < file_count; i++) {
    if (!files[i]->removed && files[i]->device == info.st_dev && files[i]->inode == info.st_ino) found = files[i];
  }
  if (found == NULL) {
    result = REAL(unlink)(path);
  } else {
    static int removals;
    int room = snprintf(found->hidden, sizeof found->hidden, "%s.removed-%d", absolute, ++removals);
    if (room < (int)sizeof found->hidden) result = rename(path, found->hidden);
    found->removed = result == 0;
  }
  pthread_mutex_unlock(&lock);
  return result;
}
