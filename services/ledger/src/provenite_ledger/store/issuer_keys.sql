-- Queries of the keys with which certificates and status lists are signed.

-- name: put
-- A key that signs certificates.
insert into certificate_key (key_id, jwk, added_at, signs) values ($1, $2, now(), false)
on conflict (key_id) do nothing

-- name: every
-- Every key that has signed certificates, the newest first; behind them those that are retired, the last one first.
select key_id, jwk, added_at, signs, retired_at from certificate_key
order by retired_at desc nulls first, added_at desc, key_id

-- name: sign_with
-- The one that signs from now on.
update certificate_key set signs = (key_id = $1)

-- name: retire
-- From now on what it has signed counts no more, unless it signs now.
update certificate_key set retired_at = now() where key_id = $1 and retired_at is null and not signs
returning retired_at

-- name: retired
-- The keys that are retired.
select key_id from certificate_key where retired_at is not null order by key_id

-- name: standing_by
-- What a key ($1) has signed of the certificates that are neither revoked nor over at a moment ($3), after a credential
-- ($2), in the order of their credentials.
select s.digest, c.id, c.credential
from credential e
join certificate c on c.credential = e.digest
join statement s on s.index = c.index
where e.key_id = $1 and e.digest > $2 and c.status <> 'revoked' and c.valid_until > $3
order by e.digest limit $4

-- name: signed
-- How many certificates that are neither revoked nor over each key has signed.
select e.key_id, count(*) as number
from certificate c join credential e on e.digest = c.credential
where c.status <> 'revoked' and c.valid_until > now()
group by e.key_id
