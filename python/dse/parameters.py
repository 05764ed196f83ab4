"""Keywords and dictionaries as assignments of parameters, as `dse eval --set` takes them."""

from ._library import InputError


def flatten(given, prefix=""):
    """{"workload": {"context": 8192}, "chip__hbm": "hbm4"} as {"workload.context": 8192, "chip.hbm":
    "hbm4"}. `base` of a section is the section itself: {"chip": {"base": "b200"}}."""
    out = {}
    for key, value in given.items():
        if not isinstance(key, str):
            raise InputError(f"{key!r}: is not a name of a parameter: see dse.list('parameters')")
        name = prefix + key.replace("__", ".")
        if isinstance(value, dict):
            items = flatten(value, name + ".").items()
        else:
            items = [(prefix[:-1] if prefix and key == "base" else name, value)]
        for path, leaf in items:
            if path in out:
                raise InputError(f"{path}: given twice: keep one value")
            out[path] = leaf
    return out


def text_of(name, value):
    """A value as in a study file."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:  # a number of numpy
        value = value.item()
    if isinstance(value, (int, float)):
        return repr(value)
    kind = type(value).__name__
    raise InputError(f"{name}: a {kind}: give a number, or a text such as '8 TB/s' or 'auto'")


def assignments(given):
    """Texts "name=value"; names of the catalogue first, since they replace their whole section."""
    flat = flatten(given)
    order = sorted(flat, key=lambda name: "." in name)
    return [f"{name}={text_of(name, flat[name])}" for name in order]
