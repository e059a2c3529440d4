"""Files that jobs read and write: reports, exports, imports."""

from nightshift.files.files import Files
from nightshift.files.model import StoredFile, UploadForm, check_name
from nightshift.files.ports import FileExchange, FileStore

__all__ = ["FileExchange", "FileStore", "Files", "StoredFile", "UploadForm", "check_name"]
