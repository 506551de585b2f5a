"""RUC: the taxpayer number of eleven digits with its check digit (modulus 11)."""

WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
PREFIXES = ("10", "15", "16", "17", "20")


def is_valid(ruc: str) -> bool:
    """Say whether the RUC has a known prefix and a right check digit."""
    if len(ruc) != 11 or not (ruc.isascii() and ruc.isdigit()) or ruc[:2] not in PREFIXES:
        return False
    return check_digit(ruc[:10]) == int(ruc[10])


def check_digit(first_ten: str) -> int:
    """Return the eleventh digit: 11 minus the weighted sum modulo 11, where 10 is 0 and 11 is 1."""
    total = sum(int(digit) * weight for digit, weight in zip(first_ten, WEIGHTS, strict=True))
    return (11 - total % 11) % 10
