-- Queries of policies: what each says, by its digest, and which are whose.

-- name: keep
-- Policies by their digests; what is there stays.
insert into policy (digest, definition, id, settings, lenses)
select * from unnest($1::bytea[], $2::bytea[], $3::text[], $4::text[], $5::smallint[])
on conflict (digest) do nothing

-- name: definition
-- What a policy says.
select definition from policy where digest = $1

-- name: one_at_a_time
-- Of one party, until the transaction ends. Statements of it are recorded meanwhile.
select from party where index = $1 for no key update

-- name: register
-- A party has registered a policy, once: the one that is new last under an id is the one that the id means.
insert into policy_user (policy, party, name, version) values ($1, $2, $3, $4)
on conflict do nothing

-- name: set
-- A party has set the parameters of a policy.
insert into policy_user (policy, party) values ($1, $2)
on conflict (party, policy) do nothing

-- name: counts
-- How many policies a party has registered, how many lenses these have, and how many settings it has asked for.
select count(u.name) as own, count(*) - count(u.name) as settings,
       coalesce(sum(p.lenses) filter (where u.name is not null), 0) as lenses
from policy_user u join policy p on p.digest = u.policy where u.party = $1

-- name: taken
-- When a party has registered another policy of an id and version.
select registered_at from policy_user where party = $2 and policy <> $1 and name = $3 and version = $4

-- name: own
-- The policies that a party has registered, or the one of a digest, in the order in which it did, and whether there
-- are later ones under its id.
select p.definition, u.registered_at, exists (
         select from policy_user later
         where later.party = u.party and later.name = u.name and later.number > u.number
       ) as replaced
from policy_user u join policy p on p.digest = u.policy
where u.party = $1 and u.name is not null and ($2::bytea is null or u.policy = $2)
order by u.number

-- name: own_named
-- The policy that a party has registered last under an id.
select p.definition
from policy_user u join policy p on p.digest = u.policy
where u.party = $1 and u.name = $2
order by u.number desc limit 1
