-- Queries of joining.

-- name: take_origin
-- The origin that the ledger was made for; the given one when it is new.
insert into ledger (origin) values ($1)
on conflict (only_row) do update set origin = ledger.origin
returning origin

-- name: invite
-- A new invitation.
insert into invitation (code_hash, name, country, roles, expires_at) values ($1, $2, $3, $4, $5)

-- name: invitation
-- The invitation with this code, if the key may use it or has.
select name, country, roles, used_by is not null as used
from invitation
where code_hash = $1 and (used_by = $2 or used_by is null and expires_at > $3)

-- name: take_invitation
-- Keep an invitation for a key.
update invitation set used_by = $2 where code_hash = $1

-- name: release_invitation
-- Make an invitation unused again: nobody was enrolled with it.
update invitation set used_by = null where code_hash = $1

-- name: party_of_key
-- The party statement of a key.
select s.digest, s.index, s.recorded_at
from key k join statement s on s.index = k.party
where k.key_id = $1
