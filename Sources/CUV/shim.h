#pragma once
#include <pthread.h>
#include <sys/socket.h>
#include <uv.h>

/* Both are GNU extensions that glibc declares only with _GNU_SOURCE, which Swift's own import of glibc is without. */
extern int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);
extern int pthread_setname_np(pthread_t thread, const char *name);
