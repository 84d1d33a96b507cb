// SPDX-License-Identifier: Apache-2.0
// std::timed_mutex locks by pthread_mutex_clocklock(), which g++ 12's thread sanitizer does not
// know: it would see nobody lock, and take all that is done under the lock for races. It knows
// pthread_mutex_timedlock().
#include <pthread.h>
#include <time.h>

int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock,
                            const struct timespec* deadline) {
  struct timespec now;
  struct timespec until;
  clock_gettime(clock, &now);
  clock_gettime(CLOCK_REALTIME, &until);
  // To the second: a deadline is no measurement.
  until.tv_sec += deadline->tv_sec - now.tv_sec + 1;
  return pthread_mutex_timedlock(mutex, &until);
}
