"""Pascal1K, the UIUC Pascal Sentences: pictures with five sentences each.

Pictures are JPEG, PNG or other files, flat or one folder a category, in the corpus's folder or in
its `images/` or `dataset/`. Their sentences are, one a line, in a text with the same relative path
in `sentence/` or beside the picture; or all in `sentences.tsv` (columns image, sent_no and
orig_sent or caption). Without either, they are read from the corpus's web page, saved in the folder
as `.html` or `.htm`.
"""

from pathlib import Path

from seesay.corpora import Evidence, Picture, Reject
from seesay.corpora.captioned import Corpus, Options
from seesay.corpora.files import Listing, folder_among, is_picture, stem, visible_files
from seesay.corpora.formats import uiuc_page
from seesay.corpora.listing import COLUMNS, content_of, lines, read_table
from seesay.settings.facts import Reader

ABOUT = Reader(
    "pictures",
    "Pascal1K",
    layout="pictures in the folder, its `images/` or its `dataset/`, with or without one folder a"
    " category; captions in a text file beside each picture or in `sentence/` (one caption a"
    " line), in `sentences.tsv`, or in the saved web page",
)

FOLDERS = ("images", "dataset")
TEXTS, TABLE = ("sentence", "sentences"), "sentences.tsv"
# Texts about a folder instead of a picture.
NOTICES = {"attribution", "copying", "licence", "license", "notice", "readme"}
DEFAULT = Options()


def sources(root: Path, options: Options = DEFAULT) -> list[Path]:
    """Every file that reading depends on: the pictures, the texts, the table, the web page."""
    return [
        path
        for path in visible_files(root)
        if is_picture(path) or is_text(root, path) or is_page(root, path)
    ]


def is_text(root: Path, path: Path) -> bool:
    """Whether a file holds sentences, by its name."""
    named = path.suffix.lower() == ".txt" and path.stem.lower() not in NOTICES
    return named or path == root / TABLE


def is_page(root: Path, path: Path) -> bool:
    """Whether a file is the saved web page, by its name."""
    return path.parent == root and path.suffix.lower() in (".html", ".htm")


def read(root: Path, options: Options = DEFAULT) -> tuple[list[Picture], list[Reject]]:
    """Read the pictures' names and their sentences.

    Raises InputError when the folder is missing or has no picture.
    """
    paths = sources(root)
    base = folder_among(root, FOLDERS)
    corpus = Corpus(captions_alone=options.captions_alone)
    corpus.add_folder(base)
    pages = [path for path in paths if is_page(root, path)]
    for path in paths:
        where = path.relative_to(root).as_posix()
        if path == root / TABLE:
            read_table(path, where, corpus)
        elif not is_picture(path) and path not in pages:
            _read_text(path, where, _named(path, root, base), corpus)
    # Texts made from the page repeat it.
    if not corpus.captions:
        for path in pages:
            _read_page(path, corpus)
    return corpus.pictures(), corpus.rejects


def _named(path: Path, root: Path, base: Path) -> str:
    """The id of the picture that a text is for."""
    below = path.relative_to(root)
    for folder in below.parents:
        if folder.name in TEXTS:
            return stem(below.relative_to(folder))
    return stem(path.relative_to(base)) if path.is_relative_to(base) else stem(below)


def _read_text(path: Path, where: str, name: str, corpus: Corpus) -> None:
    """Read a text of one sentence a line."""
    image_id = corpus.claim(name)
    if image_id is None:
        corpus.rejects.append(Reject(where, corpus.why_none(name)))
        return
    for line, text in lines(path, where, corpus.rejects):
        corpus.add(f"{where}:{line}", image_id, line - 1, text)


def _read_page(path: Path, corpus: Corpus) -> None:
    """Read a saved web page; the end of a row's address finds its picture."""
    for row in uiuc_page.parse(content_of(path)):
        ends = ["/".join(row.steps[start:]) for start in range(len(row.steps))]
        # The category and the file's name, if no picture has either.
        known = next((end for end in ends if corpus.id_of(end)), "/".join(row.steps[-2:]))
        image_id = corpus.claim(known) if row.sentences else None
        if image_id is None:
            if row.sentences:
                corpus.rejects.append(Reject(f"{path.name}:{row.line}", corpus.why_none(known)))
            continue
        for line, text in row.sentences:
            corpus.add(f"{path.name}:{line}", image_id, None, text)


def recognise(folder: Listing) -> Evidence | None:
    """Evidence of the layout: the table, a text for most pictures, or the saved page."""
    columns = folder.columns(TABLE, "\t|,") if TABLE in folder.names else []
    if folder.pictures and all(set(columns) & set(COLUMNS[name]) for name in ("image", "caption")):
        return Evidence(f"{TABLE} has the columns {', '.join(columns)}")
    own = {Path(name).stem for name in folder.pictures}
    texts = [name for name in folder.ending(".txt") if Path(name).stem in own]
    if own and 2 * len(texts) >= len(own):
        return Evidence(f"{len(texts):,} texts have the names of pictures ({texts[0]})")
    pages = [name for name in folder.top(".html", ".htm") if "<img" in folder.head(name).lower()]
    return Evidence(f"{pages[0]} is a page of pictures") if own and pages else None
