"""Words of titles."""


def in_words(count: int) -> str:
    """A small whole number as a word of a title."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if 0 <= count < len(words) else f"{count:,}"
