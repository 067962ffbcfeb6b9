"""Where one bounding box lies, seen from another."""

#: The eight directions clockwise; a direction's neighbours in this tuple are never wrong options.
DIRECTIONS = ("top", "top-right", "right", "bottom-right", "bottom", "bottom-left", "left", "top-left")


def direction(anchor: tuple[int, int, int, int], target: tuple[int, int, int, int]) -> str | None:
    """Return where one bounding box lies, seen from another.

    Parameters
    ----------
    anchor, target : tuple of int
        ``(x_min, y_min, x_max, y_max)``, maximum exclusive, y downwards.

    Returns
    -------
    str or None
        One of :data:`DIRECTIONS`: horizontal or vertical where the boxes are disjoint on that axis only,
        diagonal where they are on both; None where they overlap on both.

    Examples
    --------
    >>> direction((40, 40, 80, 80), (0, 0, 30, 30))
    'top-left'
    """
    anchor_left, anchor_top, anchor_right, anchor_bottom = anchor
    left, top, right, bottom = target
    vertical = "top" if bottom <= anchor_top else "bottom" if top >= anchor_bottom else ""
    horizontal = "left" if right <= anchor_left else "right" if left >= anchor_right else ""
    return "-".join(filter(None, (vertical, horizontal))) or None
