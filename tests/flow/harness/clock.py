"""The daemon's clock, moved by days: keys age while gpg's own clock stands."""
import time

BEGAN = time.time()
DAY = 86400


def instant(days):
    return BEGAN + days * DAY


def day(days, local=False):
    """The date so many days from the start of the test, in UTC or in Japan."""
    return time.strftime("%Y-%m-%d", time.gmtime(
        instant(days) + (9 * 3600 if local else 0)))


def move_only(w, days):
    """Whatever starts next starts so many days from now."""
    w.council.now = time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                  time.gmtime(instant(days)))


def move(w, days):
    """A daemon that starts so many days from now."""
    w.council.stop()
    move_only(w, days)
    w.council.start()


def right(w):
    """A daemon that has the time of gpg, however long the test has run: what
    is signed now is not from the future (LIMIT_SIGNED_SKEW)."""
    move(w, (time.time() - BEGAN) / DAY)
