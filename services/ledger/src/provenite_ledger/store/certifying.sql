-- Queries of certificates: what they rest on, how they stand, and which are to be assessed anew.

-- name: declared
-- A declaration with its text.
select s.index, s.compact, d.party, d.batch from declaration d join statement s on s.index = d.index where s.digest = $1

-- name: said
-- Of statements by index what the log before an index ($2) says: that they are retracted, and from when on their
-- key counts as compromised, which the newest revocation tells.
select s.index, s.digest, s.key_id, s.recorded_at, coalesce(s.retracted_by < $2, false) as withdrawn,
       (select c.compromised_from from key_compromise c
        where c.key_id = s.key_id and c.statement < $2
        order by c.statement desc limit 1) as compromised_from
from statement s where s.index = any ($1::bigint[])

-- name: same
-- Certificates by the same of a batch that are valid, by a key that is not retired, wait for nothing and do not end
-- before a moment, the newest first.
select c.id, e.jwt
from certificate c
join credential e on e.digest = c.credential
join certificate_key k on k.key_id = e.key_id and k.retired_at is null
where c.party = $1 and c.batch = $2 and c.policy = $3 and c.as_of = $4 and c.declaration is not distinct from $5
  and c.status = 'valid' and c.valid_until > $6
  and not exists (select from certificate_due w where w.certificate = c.index and not w.done)
order by c.index desc limit 10

-- name: number_standing
-- How many certificates of a batch a party has that are not revoked and do not end before a moment.
select count(*) from certificate where batch = $2 and party = $1 and status <> 'revoked' and valid_until > $3

-- name: list_with_room
-- The first status list that has fewer entries ($1) than are given out of one; if all have, the one after the last.
select coalesce(
    (select list from status_list where taken < $1 order by list limit 1),
    (select max(list) + 1 from status_list),
    0
)

-- name: take_entries
-- New certificates have entries of status lists.
insert into status_list (list, taken)
select list, count(*) from certificate where index = any ($1::bigint[]) group by list
on conflict (list) do update set taken = status_list.taken + excluded.taken

-- name: is_taken
-- Whether an entry of a status list is a certificate's.
select exists (select from certificate where list = $1 and position = $2)

-- name: put_credential
-- What was signed, before it is recorded.
insert into credential (digest, jwt, key_id) values ($1, $2, $3) on conflict (digest) do nothing

-- name: certificate
-- A certificate by its id, with what was signed, and the statement that has given it its status.
select c.*, s.digest, s.recorded_at, s.compact, e.jwt, h.recorded_at as since, h.compact as said
from certificate c
join statement s on s.index = c.index
join credential e on e.digest = c.credential
left join statement h on h.index = c.changed
where c.id = $1

-- name: certificates
-- Certificates after an index, a party's or all: each is found by an index of its own.
with those as (
    (
        select c.* from certificate c join credential e on e.digest = c.credential
        where c.party = $2 and c.index > $1
        order by c.index limit $3
    )
    union all
    (
        select c.* from certificate c join credential e on e.digest = c.credential
        where $2::bigint is null and c.index > $1
        order by c.index limit $3
    )
),
named as materialized (
    -- A definition may be long: each is read once.
    select digest, id, settings, convert_from(definition, 'UTF8')::jsonb ->> 'version' as version
    from policy where digest = any (array(select policy from those))
)
select c.*, s.digest, m.digest as maker, p.id as policy_id, p.settings, p.version, h.recorded_at as since,
       h.compact as said, b.material, m.kind, m.issuer, m.counterparty, m.compact as made,
       d.digest as declared
from those c
join statement s on s.index = c.index
join batch b on b.key = c.batch
join statement m on m.index = c.batch / 1024
join named p on p.digest = c.policy
left join statement d on d.index = c.declaration
left join statement h on h.index = c.changed
order by c.index

-- name: notices
-- Statements after an index that say how certificates stand, a party's or all: each is found by an index of its own.
(
    select index, recorded_at, compact from statement
    where kind = 'certificate_status' and counterparty = $2 and index > $1
    order by index limit $3
)
union all
(
    select index, recorded_at, compact from statement
    where kind = 'certificate_status' and $2::bigint is null and index > $1
    order by index limit $3
)
order by index

-- name: noticed
-- Certificates by the digest of their statement.
select s.digest, c.id, c.batch, p.id as policy_id, m.digest as maker
from statement s
join certificate c on c.index = s.index
join credential e on e.digest = c.credential
join statement m on m.index = c.batch / 1024
join policy p on p.digest = c.policy
where s.digest = any ($1::bytea[])

-- name: has_list
-- Whether a status list has a certificate.
select exists (select from certificate where list = $1)

-- name: suspended
-- The entries of a status list that are set: of certificates that are suspended or revoked.
select position from certificate where list = $1 and status <> 'valid' order by position

-- name: due
-- Certificates that are to be assessed anew, each with the newest of the statements because of which.
select w.late, c.*, t.digest, m.digest as maker, d.digest as declared, e.jwt
from (
    select certificate, max(late) as late from certificate_due
    where not done and certificate > $1 group by certificate order by certificate limit $2
) w
join certificate c on c.index = w.certificate
join statement t on t.index = c.index
join statement m on m.index = c.batch / 1024
left join statement d on d.index = c.declaration
left join credential e on e.digest = c.credential
order by c.index

-- name: causes
-- The late statements before an index ($3) with which a certificate ($1) has not been assessed: those that are noted,
-- and where some may have overtaken it, all that were recorded meanwhile. Those reach it that were found to when they
-- were worked out, or that have changed the content of its root ($2).
with noted as (select late, reaches from certificate_due where certificate = $1 and not done and late < $3)
select s.index, s.digest,
       coalesce(n.reaches, false) or exists (select from revision r where r.late = s.index and r.batch = $2) as reaches
from statement s
left join noted n on n.late = s.index
where s.index = any (array(
    select late from noted
    union
    select l.index
    from certificate c join late l on l.index >= c.size and l.index < c.index
    where c.index = $1 and exists (select from noted where not reaches)
))
order by s.index

-- name: done
-- What a certificate was due for up to a statement is done; that it was stays known.
update certificate_due set done = true where certificate = $1 and late <= $2 and not done

-- name: note_reached
-- Certificates to be assessed anew because of a late statement ($1): of what was made of statements that it has
-- changed ($2), by and on statements that it withdraws (digests, $3), and on what the keys signed that it disowns ($4).
insert into certificate_due (certificate, late, reaches)
select c.index, $1::bigint, true
from certificate c
where c.batch = any (array(
    select b.key
    from unnest($2::bigint[]) as made (index)
    join batch b on b.root >= made.index * 1024 and b.root < (made.index + 1) * 1024
))
union
select c.index, $1::bigint, true
from statement s join certificate c on c.batch >= s.index * 1024 and c.batch < (s.index + 1) * 1024
where s.digest = any ($3::bytea[])
union
select c.index, $1::bigint, true
from certificate c
where c.declaration = any (array(select index from statement where digest = any ($3::bytea[])))
union
select certificate, $1::bigint, true from certificate_signer where key_id = any ($4::bytea[])
on conflict (certificate, late) do update set reaches = true

-- name: note_signers
-- Which keys signed what new certificates rest on.
insert into certificate_signer (key_id, certificate)
select distinct s.key_id, c.index
from certificate c
join batch b on b.key = c.batch
join statement s on s.index in (b.key / 1024, b.root / 1024, c.declaration)
where c.index = any ($1::bigint[])

-- name: note_overtaken
-- New certificates that a late statement may have changed after they were assessed.
insert into certificate_due (certificate, late, reaches)
select c.index, max(l.index), false
from certificate c join late l on l.index >= c.size
where c.index = any ($1::bigint[])
group by c.index
on conflict (certificate, late) do nothing
