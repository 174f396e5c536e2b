"""Which links name a video, and which must be refused."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swivi.core.errors import InvalidInput
from swivi.domain.platforms.errors import InvalidLink, ShortLink
from swivi.domain.platforms.links import MAX_LINK_LENGTH, canonical, recognise
from swivi.domain.platforms.models import Platform, VideoRef

ID = "7592641437091532062"
TIKTOK = VideoRef(Platform.TIKTOK, ID)
YOUTUBE = VideoRef(Platform.YOUTUBE, "dQw4w9WgXcQ")
INSTAGRAM = VideoRef(Platform.INSTAGRAM, "DTA4abcdEFG")

SHAPES = {
    TIKTOK: [
        *(
            f"https://{host}/@clipper.one/video/{ID}"
            for host in ("tiktok.com", "www.tiktok.com", "m.tiktok.com")
        ),
        f"https://www.tiktok.com/@clipper.one/photo/{ID}",
        f"https://www.tiktok.com/@/video/{ID}",
        f"https://www.tiktok.com/%40clipper.one/video/{ID}",
        f"https://m.tiktok.com/v/{ID}.html",
        f"https://www.tiktok.com/embed/v2/{ID}",
        f"https://www.tiktok.com/share/video/{ID}",
        f"https://www.tiktok.com/player/v1/{ID}",
        f"https://www.tiktok.com/@clipper.one/video/{ID}?is_from_webapp=1&sender_device=pc#comments",
        f"https://www.tiktok.com/@clipper.one/video/{ID}/",
        f"https://www.tiktokv.com/share/video/{ID}/",
        f"https://tiktokv.com/share/video/{ID}",
    ],
    YOUTUBE: [
        *(
            f"https://{host}/{path}"
            for host in ("youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com")
            for path in (
                "shorts/dQw4w9WgXcQ",
                "watch?v=dQw4w9WgXcQ",
                "live/dQw4w9WgXcQ",
                "v/dQw4w9WgXcQ",
            )
        ),
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
        "https://youtube-nocookie.com/embed/dQw4w9WgXcQ?start=3",
        "https://youtu.be/dQw4w9WgXcQ?si=abc",
        "https://youtu.be/shorts/dQw4w9WgXcQ",
        "https://www.youtube.com/watch?list=PLabc&index=2&v=dQw4w9WgXcQ&t=10s",
    ],
    INSTAGRAM: [
        *(
            f"https://{host}/{path}/DTA4abcdEFG/?igsh=abc"
            for host in (
                "instagram.com",
                "www.instagram.com",
                "m.instagram.com",
                "instagr.am",
                "www.instagr.am",
            )
            for path in ("reel", "reels", "p", "tv", "clipper.one/reel", "clipper.one/p")
        ),
        "https://www.instagram.com/reel/DTA4abcdEFG/embed/captioned/",
    ],
}


@pytest.mark.parametrize(
    ("ref", "link"), [(ref, link) for ref, links in SHAPES.items() for link in links]
)
def test_every_shape_of_a_link_names_its_video(ref: VideoRef, link: str) -> None:
    assert recognise(link) == ref


@pytest.mark.parametrize("ref", SHAPES)
def test_scheme_case_of_the_host_outer_space_and_default_port_do_not_matter(ref: VideoRef) -> None:
    host, path = ref.canonical_url.removeprefix("https://").split("/", 1)
    for link in (
        f"http://{host}/{path}",
        f"HTTPS://{host.upper()}/{path}",
        f"  https://{host}./{path}\n",
        f"{host}/{path}",
        f"https://{host}:443/{path}",
        f"http://{host}:80/{path}",
    ):
        assert recognise(link) == ref


def test_case_of_an_id_matters() -> None:
    assert recognise("https://youtu.be/DQW4w9WgXcQ") != YOUTUBE
    assert recognise("https://www.instagram.com/p/dta4abcdEFG") != INSTAGRAM


@given(
    st.one_of(
        st.builds(VideoRef, st.just(Platform.TIKTOK), st.integers(10**14, 2**63 - 1).map(str)),
        st.builds(
            VideoRef,
            st.sampled_from([Platform.YOUTUBE, Platform.INSTAGRAM]),
            st.text(string.ascii_letters + string.digits + "_-", min_size=11, max_size=11).filter(
                lambda text: text not in ("videoseries", "live_stream")
            ),
        ),
    )
)
def test_a_canonical_url_is_recognised_as_the_video_it_was_made_of(ref: VideoRef) -> None:
    assert recognise(ref.canonical_url) == canonical(ref)
    assert canonical(canonical(ref)) == canonical(ref)


@given(st.text(string.ascii_letters + string.digits + "_-", min_size=10, max_size=10))
def test_a_youtube_video_has_one_id_whatever_the_two_spare_bits_of_its_last_letter(
    start: str,
) -> None:
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    ids = [
        recognise(f"https://www.youtube.com/watch?v={start}{letter}").external_id
        for letter in alphabet
    ]
    assert ids == [start + letter for letter in "AEIMQUYcgkosw048" for _ in range(4)]


def test_a_code_copied_while_its_account_was_private_names_the_same_reel() -> None:
    public = recognise("https://www.instagram.com/reel/CA0YnOonSfS/")
    assert (
        recognise("https://www.instagram.com/p/CA0YnOonSfS98BGEO8qRUEqmSFtVVPv1CnX_7E0/") == public
    )


SHARED = {
    "look: {}": TIKTOK,
    "Watch this! {}.": YOUTUBE,
    "My reel ({}) is out": INSTAGRAM,
    "First line\nSecond line {}\nThird line": TIKTOK,
    "{} {}": YOUTUBE,
    "{} This post is shared via TikTok Lite. Download it: "
    "https://www.tiktok.com/tiktoklite": TIKTOK,
    "{}?utm_source=x via https://example.com/app": INSTAGRAM,
}


@pytest.mark.parametrize(("text", "ref"), SHARED.items())
def test_text_with_one_link_to_a_video_is_taken_for_that_link(text: str, ref: VideoRef) -> None:
    assert recognise(text.replace("{}", ref.canonical_url.rstrip("/"))) == ref


def test_the_text_that_tiktok_lite_copies_is_a_share_link() -> None:
    with pytest.raises(ShortLink):
        recognise(
            "https://vm.tiktok.com/ZMr7hE2qa/ This post is shared via TikTok Lite. Download "
            "TikTok Lite to enjoy more posts: https://www.tiktok.com/tiktoklite"
        )


@given(st.text() | st.from_regex(r"https?://[a-z.@:/\\\[\]%?#=0-9]*", fullmatch=True))
def test_any_text_is_a_video_or_an_error_of_the_field_with_a_sentence(text: str) -> None:
    error: InvalidLink | None = None
    try:
        ref = recognise(text)
    except InvalidLink as refused:
        error = refused
    if error is None:
        assert recognise(ref.canonical_url) == ref == canonical(ref)
    else:
        assert error.fields == {"clip_url": str(error)}
        assert str(error).endswith(".")


REFUSED = {
    "own address": [
        f"https://www.tiktok.com.evil.com/@x/video/{ID}",
        f"https://evil-tiktok.com/@x/video/{ID}",
        "https://youtube.com.evil.com/watch?v=dQw4w9WgXcQ",
        "https://notyoutube.com/watch?v=dQw4w9WgXcQ",
        "https://www.instagram.com-evil.com/reel/DTA4abcdEFG/",
    ],
    "hides a name": [
        f"https://user@www.tiktok.com/@x/video/{ID}",
        f"https://user:secret@www.tiktok.com/@x/video/{ID}",
        "https://www.youtube.com@evil.com/watch?v=dQw4w9WgXcQ",
    ],
    "unusual port": [
        f"https://www.tiktok.com:8080/@x/video/{ID}",
        "https://youtu.be:80/dQw4w9WgXcQ",
        "http://www.instagram.com:443/reel/DTA4abcdEFG/",
    ],
    "profile": [
        "https://www.tiktok.com/@clipper.one",
        "https://www.tiktok.com/@clipper.one/live",
        "https://www.youtube.com/@clipper",
        "https://www.youtube.com/@clipper/shorts",
        "https://www.youtube.com/channel/UCabc",
        "https://www.instagram.com/clipper.one/",
        "https://www.instagram.com/clipper.one/reels/",
        "https://www.tiktok.com/@x/\nvideo/" + ID,
        "My profile: https://www.tiktok.com/@clipper.one",
    ],
    "live player": [
        "https://www.youtube.com/embed/live_stream?channel=UC2_KI6RB__jGdlnK6dvFEZA",
        "https://www.youtube-nocookie.com/embed/live_stream?channel=UC2_KI6RB__jGdlnK6dvFEZA",
    ],
    "cut off": [
        "https://www.youtube.com/watch?v=N_708QY7Ob",
        "https://www.youtube.com/watch?v=",
        "https://www.youtube.com/watch",
        "https://youtu.be/N_708QY7O",
        "https://www.youtube.com/shorts/tooshort",
        "https://www.tiktok.com/share/video/12345",
        "https://www.tiktok.com/@x/video/75926414370915",
        "https://www.instagram.com/reel/DTA4abcdE/",
        "https://www.instagram.com/p/CA0YnOonSfS98BGEO8qRUEqmSFtVVPv1CnX_/",
        "Look https://youtu.be/N_708QY7O and https://www.tiktok.com/tiktoklite",
    ],
    "too long": [
        "https://www.tiktok.com/@x/photo/76672043078207603388/",
        f"https://www.tiktok.com/@x/video/{2**63}",
        "https://www.youtube.com/shorts/dQw4w9WgXcQextra",
        "https://www.instagram.com/reel/DTA4abcdEFGH/",
        f"https://www.tiktok.com/@{'x' * MAX_LINK_LENGTH}/video/{ID}",
        f"{'x ' * MAX_LINK_LENGTH} https://youtu.be/dQw4w9WgXcQ",
    ],
    "page of Instagram": [
        "https://www.instagram.com/reels/create/",
        "https://www.instagram.com/reel/templates/",
        "https://www.instagram.com/accounts/login/?next=/reel/DTA4abcdEFG/",
        "https://www.instagram.com/create/style/",
    ],
    "several links": [
        "https://youtu.be/dQw4w9WgXcQ https://youtu.be/DJztXj2GPfk",
        f"https://youtu.be/dQw4w9WgXcQ\nhttps://www.tiktok.com/@x/video/{ID}",
        "https://vm.tiktok.com/ZMr7hE2qa/ and https://vm.tiktok.com/ZMr7hE2qb/",
    ],
    "no link": ["look at my clip", "clip number 7592641437091532062"],
    "playlist": [
        "https://www.youtube.com/playlist?list=PLabc",
        "https://www.youtube.com/watch?list=PLabc",
        "https://www.youtube.com/embed/videoseries?list=PLabc",
    ],
    "sound": [
        "https://www.instagram.com/reels/audio/1234567890/",
        "https://www.tiktok.com/music/original-sound-123",
    ],
    "Stories": [
        "https://www.instagram.com/stories/clipper.one/12345678901/",
        "https://www.instagram.com/stories/reel/12345678901/",
    ],
    "leads elsewhere": [
        "https://example.com/video/1",
        "https://vimeo.com/12345",
        f"https://evil.com/https://www.tiktok.com/@x/video/{ID}",
        "https://127.0.0.1/",
        "https://",
    ],
    "one video": [
        "https://www.tiktok.com/",
        "https://www.tiktok.com/v/7592641437091532062",
        f"https://www.tiktok.com/@x/video/0{ID[1:]}",
        "https://www.tiktok.com/tiktoklite",
        "https://www.tiktokv.com/@x",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&v=DJztXj2GPfk",
        "https://www.instagram.com/reel/",
    ],
    "starts with https": ["ftp://www.tiktok.com/@x/video/" + ID, "file:///etc/passwd"],
    "web address": ["https://[::1", "javascript:alert(1)"],
    "character": [
        f"https://www.tiktok.com\\@evil.com/@x/video/{ID}",
        f"https://www.tiktok.com/@x/video/{ID}\u200b",
    ],
    "Paste the link": ["", "   "],
}


@pytest.mark.parametrize(
    ("hint", "link"), [(hint, link) for hint, links in REFUSED.items() for link in links]
)
def test_what_names_no_video_is_refused_with_what_to_do_instead(hint: str, link: str) -> None:
    with pytest.raises(InvalidLink) as refused:
        recognise(link)
    error = refused.value
    assert hint in str(error)
    assert (error.code, error.status) == ("invalid_link", InvalidInput.status)
    assert set(error.fields) == {"clip_url"}


@pytest.mark.parametrize(
    "link",
    [
        "https://vm.tiktok.com/ZMabc123/",
        "https://vt.tiktok.com/ZSabc123",
        "https://www.tiktok.com/t/ZTabc123/",
        "https://lite.tiktok.com/t/ZTabc123/",
        "https://www.instagram.com/share/reel/BAabc12345",
        "https://www.instagram.com/share/p/BAabc12345/",
        "https://www.instagram.com/share/BAabc12345",
    ],
)
def test_a_share_link_is_told_apart_with_how_to_get_the_full_link(link: str) -> None:
    with pytest.raises(ShortLink, match="address bar"):
        recognise(link)
