"""Media types by file name ending, and which family of reader takes each. Data only."""

from __future__ import annotations

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

PDF = "application/pdf"
EPUB = "application/epub+zip"
HTML = "text/html"
XHTML = "application/xhtml+xml"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"
CSV = "text/csv"
TSV = "text/tab-separated-values"
JSON = "application/json"
JSON_LINES = "application/jsonl"
XML = "text/xml"
SVG = "image/svg+xml"
RTF = "application/rtf"
DOCX = _OOXML + "wordprocessingml.document"
PPTX = _OOXML + "presentationml.presentation"
XLSX = _OOXML + "spreadsheetml.sheet"
ODT, ODS, ODP = _ODF + "text", _ODF + "spreadsheet", _ODF + "presentation"
ZIP = "application/zip"
OLE = "application/x-ole-storage"
ENCRYPTED_OFFICE = "application/vnd.ms-office.encrypted"
BINARY = "application/octet-stream"
# Recordings: sound without moving pictures, also in containers that can hold both.
WAV = "audio/wav"
MP3 = "audio/mpeg"
AAC = "audio/aac"
FLAC = "audio/flac"
OGG = "audio/ogg"
M4A = "audio/mp4"
WMA = "audio/x-ms-wma"
AIFF = "audio/aiff"
AMR = "audio/amr"
AU = "audio/basic"
CAF = "audio/x-caf"
MKA = "audio/x-matroska"
WEBM_AUDIO = "audio/webm"
MOV_AUDIO = "audio/quicktime"
AUDIO = (WAV, MP3, AAC, FLAC, OGG, M4A, WMA, AIFF, AMR, AU, CAF, MKA, WEBM_AUDIO, MOV_AUDIO)
# Videos.
MP4 = "video/mp4"
MOV = "video/quicktime"
MKV = "video/x-matroska"
WEBM = "video/webm"
AVI = "video/x-msvideo"
WMV = "video/x-ms-wmv"
OGG_VIDEO = "video/ogg"
THREE_GP = "video/3gpp"
FLV = "video/x-flv"
TS = "video/mp2t"
MPEG = "video/mpeg"
VIDEO = (MP4, MOV, MKV, WEBM, AVI, WMV, OGG_VIDEO, THREE_GP, FLV, TS, MPEG)

# Source code and other text that is read by lines: ending -> name of the language.
CODE = {
    ".py": "python",
    ".pyi": "python",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".java": "java",
    ".kt": "kotlin",
    ".kts": "kotlin",
    ".scala": "scala",
    ".c": "c",
    ".h": "c",
    ".cc": "c++",
    ".cpp": "c++",
    ".cxx": "c++",
    ".hpp": "c++",
    ".hh": "c++",
    ".cs": "csharp",
    ".go": "go",
    ".rs": "rust",
    ".rb": "ruby",
    ".php": "php",
    ".swift": "swift",
    ".m": "objective-c",
    ".r": "r",
    ".jl": "julia",
    ".lua": "lua",
    ".pl": "perl",
    ".pm": "perl",
    ".sh": "shell",
    ".bash": "shell",
    ".zsh": "shell",
    ".ps1": "powershell",
    ".sql": "sql",
    ".css": "css",
    ".scss": "css",
    ".vue": "vue",
    ".tex": "latex",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".toml": "toml",
    ".ini": "ini",
    ".cfg": "ini",
    ".mk": "make",
    ".cmake": "cmake",
    ".proto": "protobuf",
    ".gradle": "groovy",
    ".dart": "dart",
    ".ex": "elixir",
    ".hs": "haskell",
    ".clj": "clojure",
    ".asm": "assembly",
    ".s": "assembly",
    ".v": "verilog",
    ".vhd": "vhdl",
}
CODE_NAMES = {
    "makefile": "make",
    "dockerfile": "docker",
    "cmakelists.txt": "cmake",
    "jenkinsfile": "groovy",
    "rakefile": "ruby",
    "gemfile": "ruby",
}
INTERPRETERS = {
    "python": "python",
    "bash": "shell",
    "zsh": "shell",
    "sh": "shell",
    "node": "javascript",
    "ruby": "ruby",
    "perl": "perl",
    "php": "php",
    "lua": "lua",
    "make": "make",
}
CODE_PREFIX = "text/x-"

# What an ending claims. Content decides; this tells kinds of text apart and lying names.
BY_ENDING = {
    ".pdf": PDF,
    ".epub": EPUB,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": XHTML,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".mkd": MARKDOWN,
    ".mdx": MARKDOWN,
    ".txt": PLAIN,
    ".text": PLAIN,
    ".log": PLAIN,
    ".rst": PLAIN,
    ".adoc": PLAIN,
    ".csv": CSV,
    ".tsv": TSV,
    ".tab": TSV,
    ".json": JSON,
    ".geojson": JSON,
    ".ipynb": JSON,
    ".jsonl": JSON_LINES,
    ".ndjson": JSON_LINES,
    ".xml": XML,
    ".svg": SVG,
    ".rtf": RTF,
    ".docx": DOCX,
    ".docm": DOCX,
    ".dotx": DOCX,
    ".pptx": PPTX,
    ".pptm": PPTX,
    ".ppsx": PPTX,
    ".potx": PPTX,
    ".xlsx": XLSX,
    ".xlsm": XLSX,
    ".xltx": XLSX,
    ".odt": ODT,
    ".ott": ODT,
    ".ods": ODS,
    ".odp": ODP,
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".heic": "image/heic",
    ".heif": "image/heic",
    ".avif": "image/avif",
    ".zip": ZIP,
    ".mp3": MP3,
    ".mp2": MP3,
    ".wav": WAV,
    ".flac": FLAC,
    ".ogg": OGG,
    ".oga": OGG,
    ".opus": OGG,
    ".m4a": M4A,
    ".m4b": M4A,
    ".aac": AAC,
    ".wma": WMA,
    ".aif": AIFF,
    ".aiff": AIFF,
    ".amr": AMR,
    ".au": AU,
    ".caf": CAF,
    ".mka": MKA,
    ".mp4": MP4,
    ".m4v": MP4,
    ".mov": MOV,
    ".mkv": MKV,
    ".webm": WEBM,
    ".avi": AVI,
    ".wmv": WMV,
    ".asf": WMV,
    ".ogv": OGG_VIDEO,
    ".3gp": THREE_GP,
    ".flv": FLV,
    ".m2ts": TS,
    ".mts": TS,
    ".mpg": MPEG,
    ".mpeg": MPEG,
    ".srt": PLAIN,
    ".vtt": PLAIN,
    ".ass": PLAIN,
} | {ending: CODE_PREFIX + language for ending, language in CODE.items()}

# Media type -> module of this room that reads it. Code is read by ``text`` (see ``family``).
FAMILIES = {
    PDF: "pdf",
    EPUB: "epub",
    HTML: "html",
    XHTML: "html",
    SVG: "svg",
    MARKDOWN: "markdown",
    PLAIN: "text",
    XML: "text",
    CSV: "structured",
    TSV: "structured",
    JSON: "structured",
    JSON_LINES: "structured",
    RTF: "rtf",
    DOCX: "word",
    PPTX: "slides",
    XLSX: "sheets",
    ODT: "opendocument",
    ODS: "opendocument",
    ODP: "opendocument",
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "image",
    "image/tiff": "image",
    "image/gif": "image",
    "image/bmp": "image",
    "image/heic": "image",
    "image/avif": "image",
    **dict.fromkeys(AUDIO, "audio"),
    **dict.fromkeys(VIDEO, "video"),
}


def family(media_type: str) -> str | None:
    """The module that reads this type, or None."""
    return "text" if media_type.startswith(CODE_PREFIX) else FAMILIES.get(media_type)


def ending(name: str) -> str:
    """The lower-case file name ending with its dot, or nothing."""
    _, dot, last = name.rpartition(".")
    return f".{last.lower()}" if dot and "/" not in last else ""


def claimed(name: str) -> str:
    """The media type that a file's name claims, or nothing."""
    base = name.rpartition("/")[2].lower()
    if base in CODE_NAMES:
        return CODE_PREFIX + CODE_NAMES[base]
    return BY_ENDING.get(ending(base), "")
