"""GET /v1/batches/{id}/pack: all that an auditor needs to find out offline what is true of a batch."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from litestar import get
from litestar.openapi.datastructures import ResponseSpec

from provenite_proto import paths
from provenite_proto.log import inclusion
from provenite_proto.pack import FORMAT, Content, Head, Writer
from provenite_proto.problem import Problem
from provenite_proto.statement import parse

from .. import contents
from ..access import Reader
from ..answering.pack import Shown, claims, shown
from ..publishing.published import Signed
from ..selecting import Selection, select
from ..store import packs, reading
from ..store.packing import unpacked
from ..store.rows import OUTPUTS, Row
from ..store.shares import decode, ranges
from .documenting import BATCH_ID, BY_TOKEN, WITH_TOKEN, refusals
from .parts import AnyRequest, Parts, found, parts, reader
from .settling import as_of
from .streaming import Stream
