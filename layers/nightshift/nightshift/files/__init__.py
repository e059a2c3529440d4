"""Files that jobs read and write: reports, exports, imports."""

from nightshift.files.files import Files
from nightshift.files.model import StoredFile, check_name
from nightshift.files.ports import FileStore

__all__ = ["FileStore", "Files", "StoredFile", "check_name"]
