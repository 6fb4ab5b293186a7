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

-- name: signed
-- How many certificates that are neither revoked nor over each key has signed.
select e.key_id, count(*) as number
from certificate c join credential e on e.digest = c.credential
where c.status <> 'revoked' and c.valid_until > now()
group by e.key_id
