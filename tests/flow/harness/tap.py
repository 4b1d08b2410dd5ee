"""Steps of one flow test, told as TAP. A step that fails does not hide the
later ones; one marked as needed ends the test."""
import sys
import time
import traceback

STEPS = []


def step(text, needed=False):
    def mark(function):
        STEPS.append((text, needed, function))
        return function
    return mark


class Skip(Exception):
    pass


def run(make):
    """Runs all steps in one world; make() is a context manager."""
    failed, number = 0, 0
    began = time.monotonic()
    with make() as world:
        for number, (text, needed, function) in enumerate(STEPS, 1):
            try:
                function(world)
                print(f"ok {number} - {text}", flush=True)
            except Skip as why:
                print(f"ok {number} - {text} # SKIP {why}", flush=True)
            except Exception as why:          # every fault is a failed step
                failed += 1
                print(f"not ok {number} - {text}", flush=True)
                print("\n".join("# " + l for l in
                                explain(why).split("\n")), flush=True)
                if needed:
                    break
        if failed:
            world.post_mortem()
    print(f"1..{number}")
    print(f"# {time.monotonic() - began:.1f} s")
    sys.exit(1 if failed else 0)


def explain(why):
    trace = "".join(traceback.format_exception(
        type(why), why, why.__traceback__, limit=-4))
    return trace.rstrip()[-6000:]


def same(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, want {want!r}")


def has(text, *words):
    for word in words:
        if word not in text:
            raise AssertionError(f"{word!r} is missing in:\n{text}")


def lacks(text, *words):
    for word in words:
        if word in text:
            raise AssertionError(f"{word!r} stands in:\n{text}")


def differ(*values):
    if len(set(values)) != len(values):
        raise AssertionError(f"not all different: {values!r}")
