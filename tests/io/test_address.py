"""Addresses: how their files are called, and that nothing secret of them is shown."""

import pytest

from movenet_cli.io.address import parse_address, public_address, scheme_of


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("https://host/a.mp4", "https"),
        ("S3://bucket/a", "s3"),
        ("/home/a:b//c", None),
        ("a.mp4", None),
        ("c:\\videos", None),
        ("s3:/bucket", None),
    ],
)
def test_what_is_an_address(text: str, scheme: str | None) -> None:
    assert scheme_of(text) == scheme


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("https://host/a/b/clip.mp4", ("a", "b", "clip.mp4")),
        ("https://host//a/./../clip.mp4/", ("a", "clip.mp4")),
        ("https://host/my%20clip.mp4", ("my clip.mp4",)),
        ("https://host/a%2Fb.mp4", ("a%2Fb.mp4",)),
        ("https://host/%2e%2e/a%00b", ("a%00b",)),
        ("https://host/%ff.jpg", ("\udcff.jpg",)),
        ("https://host", ()),
        ("s3://bucket/a b/100%20?#.jpg", ("a b", "100%20?#.jpg")),
    ],
)
def test_the_parts_of_a_path_are_names_of_files(text: str, parts: tuple[str, ...]) -> None:
    assert parse_address(text).parts == parts


def test_a_name_without_a_path_is_the_hosts() -> None:
    assert parse_address("https://host:8080/").name == "host:8080"


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("https://me:secret@host:1/a.mp4", "https://host:1/a.mp4"),
        ("https://secret@host/a.mp4#secret", "https://host/a.mp4"),
        ("HTTPS://host/a%20b.mp4", "https://host/a%20b.mp4"),
        ("https://b.s3.amazonaws.com/a.mp4?X-Amz-Signature=secret&X-Amz-Expires=60", "https://b.s3.amazonaws.com/a.mp4"),
        ("https://acc.blob.core.windows.net/c/a.mp4?sv=1&sig=secret&se=2030", "https://acc.blob.core.windows.net/c/a.mp4"),
        ("https://host/a.mp4?token=secret", "https://host/a.mp4"),
        ("s3://key:secret@bucket/a.mp4", "s3://bucket/a.mp4"),
        ("abfs://container@account.dfs.core.windows.net/a", "abfs://container@account.dfs.core.windows.net/a"),
        ("rtsp://me:secret@camera/1", "rtsp://camera/1"),
        ("https:///secret", "https://"),
        ("plain/path.mp4", "plain/path.mp4"),
    ],
)  # fmt: skip
def test_what_is_shown_has_no_secret(text: str, public: str) -> None:
    assert public_address(text) == public


def test_queries_are_told_apart_and_not_shown() -> None:
    first, second = (parse_address(f"https://host/get?id={number}&sig=x") for number in (17, 18))
    assert first.query != second.query
    assert first.public == f"https://host/get?[{first.query}]"
    assert parse_address("https://host/get?id=17&sig=another").public == first.public
    assert parse_address("https://host/get?st=1").query != parse_address("https://host/get?st=2").query
    assert parse_address("https://host/get?st=1&sig=x").query == ""
    assert "17" not in first.public.removesuffix(f"[{first.query}]")


@pytest.mark.parametrize("text", ["https://", "https:///a.mp4", "https://[::1/a", "no address"])
def test_what_is_no_whole_address(text: str) -> None:
    with pytest.raises(ValueError, match=r"address"):
        parse_address(text)


def test_what_is_wrong_with_an_address_is_said_without_its_secrets() -> None:
    with pytest.raises(ValueError, match="not an address that can be read") as caught:
        parse_address("https://me:secret@ho\u2100st/a.mp4")
    assert "secret" not in str(caught.value)
