-- Queries of the certificates that something else may change. $2 is the party whose they are, null for all; those
-- that are revoked or have lapsed at $4 do not count any more. After an index ($1), at most $3. One party's and all
-- are found each by an index of their own.

-- name: under
-- Those that were issued under a policy's id.
with named as (select digest from policy where id = $5),
those as (
    (
        select * from certificate
        where party = $2 and index > $1 and status <> 'revoked' and valid_until > $4
          and policy in (select digest from named)
        order by index limit $3
    )
    union all
    (
        select * from certificate
        where $2::bigint is null and index > $1 and status <> 'revoked' and valid_until > $4
          and policy in (select digest from named)
        order by index limit $3
    )
)
select c.*, s.digest, p.definition, p.settings
from those c join policy p on p.digest = c.policy join statement s on s.index = c.index
order by c.index

-- name: touched
-- Those whose batch's content, or what they rest on, a late statement has been found to reach.
select c.*, s.digest, p.definition, p.settings, e.jwt
from certificate_due d
join certificate c on c.index = d.certificate
join policy p on p.digest = c.policy
join statement s on s.index = c.index
left join credential e on e.digest = c.credential
where d.late = $5 and d.certificate > $1 and ($2::bigint is null or c.party = $2)
  and c.status <> 'revoked' and c.valid_until > $4
order by d.certificate limit $3

-- name: standing
-- All of them whose policy the ledger has: without it the registrar may have recorded one by hand.
with those as (
    (
        select * from certificate
        where party = $2 and index > $1 and status <> 'revoked' and valid_until > $4
          and exists (select from policy where digest = certificate.policy)
        order by index limit $3
    )
    union all
    (
        select * from certificate
        where $2::bigint is null and index > $1 and status <> 'revoked' and valid_until > $4
          and exists (select from policy where digest = certificate.policy)
        order by index limit $3
    )
)
select c.*, s.digest, p.definition, p.settings, e.jwt
from those c join policy p on p.digest = c.policy join statement s on s.index = c.index
left join credential e on e.digest = c.credential
order by c.index

-- name: batches
-- Batches by key, with the digest of the statement that made each.
select b.*, s.digest from batch b join statement s on s.index = b.key / 1024 where b.key = any ($1::bigint[])

-- name: declared
-- Declarations by index, with their text.
select index, compact from statement where index = any ($1::bigint[])
