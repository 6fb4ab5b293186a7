"""POST /v1/invitations and /v1/enrolments: how firms join."""

from litestar import post
from litestar.params import JSONBody

from provenite_proto import paths
from provenite_proto.answers import (
    EnrolmentAnswer,
    EnrolmentRequest,
    InvitationAnswer,
    InvitationRequest,
)
from provenite_proto.problem import Problem

from ..access import may_invite
from .documenting import BY_TOKEN, OPEN, WITH_TOKEN, refusals
from .parts import AnyRequest, parts, reader

_MAX_BYTES = 16 * 1024


@post(
    paths.INVITATIONS,
    request_max_body_size=_MAX_BYTES,
    operation_id="invite",
    summary="Invite a firm",
    tags=["Joining"],
    security=WITH_TOKEN,
    responses=refusals(
        *BY_TOKEN,
        "not-entitled",
        "invitation-invalid",
        "role-not-allowed",
        "country-unknown",
        "body-too-large",
    ),
)
async def invite(request: AnyRequest, data: JSONBody[InvitationRequest]) -> InvitationAnswer:
    """A one-time code with which a firm can join, as the operator has described it. For the registrar alone.

    Not to be repeated blindly: each request that arrives makes a code of its own.
    """
    if not may_invite(reader(request)):
        raise Problem("not-entitled", "Only the registrar invites firms.")
    return await parts(request).enrolment.invite(data)


@post(
    paths.ENROLMENTS,
    request_max_body_size=_MAX_BYTES,
    operation_id="enrol",
    summary="Join",
    tags=["Joining"],
    security=OPEN,
    responses=refusals(
        "token-invalid", "invitation-invalid", "key-malformed", "key-taken", "body-too-large"
    ),
)
async def enrol(request: AnyRequest, data: JSONBody[EnrolmentRequest]) -> EnrolmentAnswer:
    """Join with an invitation's code and one's own key. Asking again with both gives the same party."""
    return await parts(request).enrolment.enrol(data)
