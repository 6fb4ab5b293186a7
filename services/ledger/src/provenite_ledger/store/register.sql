-- Queries of the register and of what is remembered: what the sequencer loads of them, and how it writes them.

-- name: accreditations
-- Every accreditation.
select s.digest, s.recorded_at, a.* from accreditation a join statement s on s.index = a.index

-- name: perfect_runs
-- Every party's run of perfect balances.
select * from perfect_run

-- name: attestations
-- Attestations by statement digest.
select s.digest, s.recorded_at, a.* from attestation a join statement s on s.index = a.index
where s.digest = any ($1::bytea[])

-- name: ownerships
-- Ownerships by statement digest.
select s.digest, s.recorded_at, o.* from ownership o join statement s on s.index = o.index
where s.digest = any ($1::bytea[])

-- name: sharings
-- Grants by statement digest, with the digests of the statements that they open.
select s.digest, s.recorded_at, g.*,
       array(select t.digest from unnest(g.statements) with ordinality as listed (index, place)
             join statement t on t.index = listed.index order by place) as listed
from sharing g join statement s on s.index = g.index
where s.digest = any ($1::bytea[])

-- name: declarations
-- Declarations by statement digest, with the statement of the batch.
select s.digest, m.digest as maker, d.*
from declaration d
join statement s on s.index = d.index
join statement m on m.index = d.batch / 1024
where s.digest = any ($1::bytea[])

-- name: certificates
-- Certificates by statement digest, with the statements that they name.
select s.digest, m.digest as maker, d.digest as declared, h.digest as changed_by, w.digest as caused_by, c.*
from certificate c
join statement s on s.index = c.index
join statement m on m.index = c.batch / 1024
left join statement d on d.index = c.declaration
left join statement h on h.index = c.changed
left join statement w on w.index = c.cause
where s.digest = any ($1::bytea[])

-- name: reserved
-- What certificates have that no other may: the entries of status lists, ids, and credentials.
select s.digest, c.id, c.credential, c.list, c.position
from certificate c join statement s on s.index = c.index
where c.index in (
    select t.index
    from unnest($1::integer[], $2::integer[]) w (list, position)
    join certificate t on t.list = w.list and t.position = w.position
    union
    select index from certificate where id = any ($3::text[])
    union
    select index from certificate where credential = any ($4::bytea[])
)

-- name: recorded
-- Statements by digest, with what later ones need of them; the text of proxies and of receipts.
select s.index, s.digest, s.kind, s.issuer, s.key_id, s.recorded_at,
       r.digest as retracted_by,
       case when m.proxy or s.kind = 'receipt' then s.compact end as compact, m.site, m.occurred_at, p.digest as site_digest,
       array(select b.key from batch b
             where b.key >= s.index * 1024 and b.key < (s.index + 1) * 1024
             order by b.key) as batches
from statement s
left join statement r on r.index = s.retracted_by
left join making m on m.index = s.index
left join statement p on p.index = m.site
where s.digest = any ($1::bytea[])

-- name: draws
-- What statements took, in order.
select d.consumer, d.batch, d.mass, d.before, s.digest
from draw d join statement s on s.index = d.batch / 1024
where d.consumer = any ($1::bigint[])
order by d.consumer, d.position

-- name: batches
-- Batches by their key, with the statement that made their root.
select s.digest, r.digest as root_digest, b.*
from batch b
join statement s on s.index = b.key / 1024
join statement r on r.index = b.root / 1024
where b.key = any ($1::bigint[])

-- name: site_years
-- Sites' output by year.
select * from site_year where site = any ($1::bigint[]) and year = any ($2::smallint[])

-- name: averagings
-- The latest transformations under the rolling average at sites, in the order of the log.
select a.site, a.statement, a.occurred_at, s.digest
from unnest($1::bigint[]) as wanted (site)
cross join lateral (select * from averaging where site = wanted.site order by statement desc limit $2) a
join statement s on s.index = a.statement
order by a.site, a.statement

-- name: assays
-- The first statements that named certificates.
select a.digest, s.digest as statement from assay a join statement s on s.index = a.statement
where a.digest = any ($1::bytea[])

-- name: places
-- Who registered a site first at places.
select l.cell, l.party, l.site, s.digest
from place l join statement s on s.index = l.site
where l.cell = any ($1::text[])

-- name: put_accreditation
insert into accreditation select * from jsonb_populate_recordset(null::accreditation, $1)
on conflict (index) do update set retracted_at = excluded.retracted_at

-- name: put_attestation
insert into attestation select * from jsonb_populate_recordset(null::attestation, $1)
on conflict (index) do update set retracted_at = excluded.retracted_at

-- name: put_ownership
insert into ownership select * from jsonb_populate_recordset(null::ownership, $1)
on conflict (index) do update set retracted_at = excluded.retracted_at

-- name: put_sharing
insert into sharing select * from jsonb_populate_recordset(null::sharing, $1)
on conflict (index) do update set retracted_at = excluded.retracted_at

-- name: put_declaration
insert into declaration select * from jsonb_populate_recordset(null::declaration, $1)
on conflict (index) do update set retracted_at = excluded.retracted_at

-- name: put_certificate
insert into certificate select * from jsonb_populate_recordset(null::certificate, $1)
on conflict (index) do update
set status = excluded.status, changed = excluded.changed, cause = excluded.cause

-- name: put_site_year
insert into site_year select * from jsonb_populate_recordset(null::site_year, $1)
on conflict (site, year) do update set mass = excluded.mass

-- name: put_perfect_run
insert into perfect_run select * from jsonb_populate_recordset(null::perfect_run, $1)
on conflict (party) do update set count = excluded.count, since = excluded.since, until = excluded.until

-- name: put_place
insert into place select * from jsonb_populate_recordset(null::place, $1)

-- name: put_shipment
insert into shipment select * from jsonb_populate_recordset(null::shipment, $1)
on conflict (index) do update set status = excluded.status, receipt = excluded.receipt

-- name: put_assay
insert into assay select * from unnest($1::bytea[], $2::bigint[])
on conflict (digest) do update set statement = excluded.statement

-- name: put_averaging
insert into averaging select * from unnest($1::bigint[], $2::bigint[], $3::timestamptz[])
on conflict (site, statement) do nothing

-- name: put_key
insert into key select * from unnest(
    $1::bytea[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bigint[], $8::bigint[]
)
on conflict (key_id) do update
set revoked_at = excluded.revoked_at, compromised_from = excluded.compromised_from

-- name: mark_retracted
-- Statements that later ones withdraw.
update statement s set retracted_by = c.by
from unnest($1::bigint[], $2::bigint[]) as c (index, by)
where s.index = c.index

-- name: put_key_compromise
insert into key_compromise select * from unnest($1::bigint[], $2::bytea[], $3::bigint[])

-- name: put_late
insert into late (index, reach) select * from unnest($1::bigint[], $2::text[])
