-- Queries of firms' own lenses and those of policies.

-- name: register
-- A lens under the next number, unless it is there; its number.
with new as (
    insert into lens (number, digest)
    select coalesce(max(number), 0) + 1, $1 from lens
    on conflict (digest) do nothing
    returning number
)
select number from new union all select number from lens where digest = $1 limit 1

-- name: of_policy
-- The number of a policy's lens, if it is there.
select number from lens where digest = $1 and definition is not null

-- name: define
-- What a policy's lens is.
update lens set definition = $2 where number = $1

-- name: use
-- A party has registered a lens.
insert into lens_user (lens, party, definition) values ($1, $2, $3)
on conflict (party, lens) do update set definition = excluded.definition

-- name: count
-- How many lenses a party has registered.
select count(*) from lens_user where party = $1

-- name: own
-- The lenses that a party has registered.
select l.number, l.digest, u.definition
from lens_user u join lens l on l.number = u.lens
where u.party = $1
order by l.number

-- name: own_by_digest
-- A lens that a party has registered.
select l.number, u.definition
from lens l join lens_user u on u.lens = l.number
where l.digest = $1 and u.party = $2

-- name: one_at_a_time
-- The number that a lens gets is the next one.
lock table lens in share row exclusive mode

-- name: give_up
-- A party has registered too many.
delete from lens_user where lens = $1 and party = $2
