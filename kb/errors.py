"""The errors of the knowledge base. Each carries its facts as fields; `messages.explain` says them in German.

KbError
├── ConfigError          a setting is wrong
│   └── EntryError           an entry of the vocabulary is wrong
├── QuestionsError       a file of test questions is wrong
├── SourceError          the source folder is missing, or lost too many guides
├── GuideError           one guide cannot be taken over; it keeps its previous version
│   ├── ExtractionError      its text cannot be read
│   └── MetadataError        its sidecar says something wrong
├── CollectionError      a test collection cannot be used
├── LibraryMissingError  a package that one command or setting alone needs is not installed
├── ModelError           the model for the search by meaning cannot be used
└── IndexUnusableError          the index cannot be used
    ├── IndexMissingError    nothing has been ingested yet
    ├── IndexOutdatedError   built by another format or analysis
    ├── IndexDamagedError    files are missing or do not fit together
    ├── IndexLockedError     another process is writing
    └── IndexTakenError      something else lies in the folder that was meant for a new one
"""

from enum import StrEnum


class KbError(Exception):
    """Anything that this project raises on purpose."""


class ConfigError(KbError):
    """A setting is unknown or has a wrong value."""

    def __init__(self, origin: str, key: str, reason: str) -> None:
        super().__init__(f"{origin}: {key}: {reason}")
        self.origin, self.key, self.reason = origin, key, reason


class EntryProblem(StrEnum):
    """What is wrong with an entry of the vocabulary."""

    NO_TABLE = "no_table"
    MISSING = "missing"
    UNKNOWN_FIELD = "unknown_field"
    NO_TEXT = "no_text"
    NO_EVERYDAY = "no_everyday"  # a table of everyday words is wanted
    NO_LIST = "no_list"  # a list of texts is wanted
    NO_DATE = "no_date"
    NO_TRUTH = "no_truth"
    TWICE = "twice"  # another entry of the file has this id
    UNKNOWN_ENTRY = "unknown_entry"  # there is none to drop
    NO_NAME = "no_name"  # what is to keep its case is none of its names
    ENDS_EARLY = "ends_early"  # until a day before it begins


class EntryError(ConfigError):
    """An entry of a file with vocabulary is wrong. `key` is its id, or its number in the file."""

    def __init__(self, origin: str, entry: str, problem: EntryProblem, field: str = "") -> None:
        super().__init__(origin, entry, problem)
        self.problem, self.field = problem, field


class QuestionsProblem(StrEnum):
    """What is wrong in a file of test questions."""

    NOT_TOML = "not_toml"  # or missing, or unreadable
    OTHER_VERSION = "other_version"
    NO_QUESTIONS = "no_questions"
    UNKNOWN_KEY = "unknown_key"
    MISSING = "missing"
    NO_TEXT = "no_text"  # a string is wanted
    NO_LIST = "no_list"  # of strings, one at least
    NO_RANK = "no_rank"  # a number from 1 to 50 is wanted
    NO_TRUTH = "no_truth"  # true or false is wanted
    AMBIGUOUS = "ambiguous"  # a passage is asked of several guides
    TWICE = "twice"
    NO_BASELINE = "no_baseline"  # the file of an earlier run


class QuestionsError(KbError):
    """A file of test questions says something wrong. `entry` is number and text of a question (of broken TOML: the reason)."""

    def __init__(self, file: str, problem: QuestionsProblem, *, entry: str = "", key: str = "") -> None:
        super().__init__(f"{file}: {entry}: {key}: {problem}")
        self.file, self.problem, self.entry, self.key = file, problem, entry, key


class SourceReason(StrEnum):
    """Why the ingest refuses to run over a source folder."""

    MISSING = "missing"
    EMPTY = "empty"
    SHRUNK = "shrunk"
    UNREADABLE = "unreadable"


class SourceError(KbError):
    """The source folder is in a state in which following it would remove guides that nobody meant to remove."""

    def __init__(self, folder: str, reason: SourceReason, n_gone: int = 0, n_known: int = 0) -> None:
        super().__init__(f"{folder}: {reason} gone={n_gone} known={n_known}")
        self.folder, self.reason, self.n_gone, self.n_known = folder, reason, n_gone, n_known


class GuideError(KbError):
    """One guide cannot be taken over. It keeps its previous version."""


class ExtractionReason(StrEnum):
    """Why a file's text cannot be read."""

    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"  # the content is not what the file's ending says
    ENCRYPTED = "encrypted"
    OLD_WORD = "old_word"  # OLE container: a .doc, or a DOCX behind a password
    DAMAGED = "damaged"
    NO_TEXT = "no_text"  # scanned, most likely
    LIMIT = "limit"  # unpacks to more than a guide can hold
    TIMEOUT = "timeout"
    CRASHED = "crashed"  # the reading process died
    UNREADABLE = "unreadable"  # the file system says no
    BAD_NAME = "bad_name"  # the file's name is not text in UTF-8
    INTERNAL = "internal"  # our own mistake; the traceback is in the log


class ExtractionError(GuideError):
    """A guide's text could not be read."""

    def __init__(self, source: str, reason: ExtractionReason, detail: str = "") -> None:
        super().__init__(source, reason, detail)  # plain arguments, so that it survives the way out of a child process
        self.source, self.reason, self.detail = source, reason, detail

    def __str__(self) -> str:
        return f"{self.source}: {self.reason} {self.detail}".rstrip()


class MetadataProblem(StrEnum):
    """What is wrong in a sidecar."""

    NOT_TOML = "not_toml"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_VALUE = "unknown_value"  # not an id of topics.toml
    NO_TEXT = "no_text"  # a string is wanted
    NO_LIST = "no_list"
    NO_DATE = "no_date"
    NO_TRUTH = "no_truth"  # true or false is wanted
    ENDS_EARLY = "ends_early"  # valid until a day before it is valid


class MetadataError(GuideError):
    """A sidecar says something wrong on a line. `hint` is what was probably meant, or "" (of broken TOML: the reason)."""

    def __init__(
        self, sidecar: str, line: int, problem: MetadataProblem, *, key: str = "", value: str = "", hint: str = ""
    ) -> None:
        super().__init__(f"{sidecar}:{line}: {problem} {key} {value}")
        self.sidecar, self.line, self.problem, self.key, self.value, self.hint = sidecar, line, problem, key, value, hint


class CollectionProblem(StrEnum):
    """What is wrong in a file of a test collection."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"  # an object is wanted
    NO_ID = "no_id"  # missing, empty, no text, or with control characters
    NO_TEXT = "no_text"
    TWICE = "twice"  # an id that another line has, or a pair that is judged in two ways
    COLUMNS = "columns"
    NO_GRADE = "no_grade"
    UNKNOWN_QUERY = "unknown_query"
    UNKNOWN_DOCUMENT = "unknown_document"
    NOTHING_RELEVANT = "nothing_relevant"  # no grade above 0


class CollectionError(KbError):
    """A test collection cannot be used. `line` is 0 where the whole file is meant, `value` what stands there, or ""."""

    def __init__(self, file: str, line: int, problem: CollectionProblem, value: str = "") -> None:
        super().__init__(f"{file}:{line}: {problem} {value}".rstrip())
        self.file, self.line, self.problem, self.value = file, line, problem, value


class LibraryMissingError(KbError):
    """A package that one command or setting alone needs is not installed. `extra` names the option of ours that brings it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package}: not installed, comes with [{extra}]")
        self.package, self.extra = package, extra


class ModelProblem(StrEnum):
    """What is wrong with the model that `semantic_model` names."""

    MISSING = "missing"  # no such folder
    NO_NETWORK = "no_network"
    NO_TOKENIZER = "no_tokenizer"
    DAMAGED = "damaged"
    UNSUITED = "unsuited"  # of a kind that makes no vectors of sentences, or in a way that is not known here


class ModelError(KbError):
    """The model for the search by meaning cannot be used. `place` is a folder or file; `detail` is English, for the log."""

    def __init__(self, place: str, problem: ModelProblem, detail: str = "") -> None:
        super().__init__(f"{place}: {problem} {detail}".rstrip())
        self.place, self.problem, self.detail = place, problem, detail


class IndexUnusableError(KbError):
    """The index cannot be used."""

    def __init__(self, folder: str, detail: str = "") -> None:
        super().__init__(f"{folder}: {detail}" if detail else folder)
        self.folder, self.detail = folder, detail


class IndexMissingError(IndexUnusableError):
    """Nothing has been ingested yet."""


class IndexOutdatedError(IndexUnusableError):
    """The index was built by another format or analysis and has to be rebuilt."""


class IndexDamagedError(IndexUnusableError):
    """Files of the index are missing or do not fit together."""


class IndexLockedError(IndexUnusableError):
    """Another process is writing and did not finish in time."""


class IndexTakenError(IndexUnusableError):
    """Something else lies in the folder that was meant for a new index."""
