"""The one comment of a pull request that is written anew with every result.

Anyone can write the hidden marker, so the author counts too. Two runs may race: both write first and then look, and
each leaves only the oldest, so whoever looks last leaves one.
"""

from collections.abc import Iterable, Sequence

from gate.errors import NotFoundError, RateLimitedError, UnreachableError
from gate.github.host import Comment, Host

ATTEMPTS = 3


def post(host: Host, number: int, body: str, author: str) -> Comment:
    """The sticky comment with this text, whose first line is the marker; there is only one when this returns.

    `author` is who the token writes as; when GitHub says it is another, that one's comments are ours too. Raises what
    `Host` raises.
    """
    for left in reversed(range(ATTEMPTS)):
        try:
            return _post(host, number, body, author)
        except NotFoundError:  # deleted between looking and writing
            if not left:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def find(comments: Iterable[Comment], marker: str, authors: Sequence[str]) -> list[Comment]:
    """The comments of these authors that begin with the marker's line, oldest first."""
    found = [one for one in comments if _is_by(one, authors) and one.body.partition("\n")[0].strip() == marker]
    return sorted(found, key=lambda comment: comment.id)


def _post(host: Host, number: int, body: str, author: str) -> Comment:
    marker = body.partition("\n")[0].strip()
    known = find(host.comments(number), marker, [author])
    written = host.update_comment(known[0].id, body) if known else _create(host, number, body, author)
    kept, *others = find(host.comments(number), marker, [author, written.author]) or [written]
    if kept.id != written.id:
        written = host.update_comment(kept.id, body)
    for other in others:
        host.delete_comment(other.id)
    return written


def _create(host: Host, number: int, body: str, author: str) -> Comment:
    try:
        return host.create_comment(number, body)
    except RateLimitedError:
        raise
    except UnreachableError:  # it may be written, and only the answer was lost
        found = find(host.comments(number), body.partition("\n")[0].strip(), [author])
        return found[-1] if found else host.create_comment(number, body)


def _is_by(comment: Comment, authors: Sequence[str]) -> bool:
    """Whether one of them wrote it; the name of an app's account says so and its kind must agree."""
    return comment.author in authors and (comment.author_is_bot or not comment.author.endswith("[bot]"))
