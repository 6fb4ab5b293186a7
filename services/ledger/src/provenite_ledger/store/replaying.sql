-- Queries of a replay: the whole log in order, and what the tables hold beside it.

-- name: log
-- Every statement in order.
select s.index, s.digest, s.compact, s.kind, s.key_id, s.recorded_at, s.findings,
       p.digest as issuer, c.digest as counterparty
from statement s
left join statement p on p.index = s.issuer
left join statement c on c.index = s.counterparty
order by s.index

-- name: tree
-- The tree over the statements.
select size, edge from tree

-- name: makings
-- What is noted of statements ($1 to $2) that make matter.
select m.index, t.digest as site, m.occurred_at, m.proxy
from making m left join statement t on t.index = m.site
where m.index between $1 and $2

-- name: averaged
-- The statements over which those of a range go.
select a.consumer, s.digest from averaged a join statement s on s.index = a.member
where a.consumer between $1 and $2
order by a.consumer, a.member

-- name: compromises
-- The keys that statements of a range disown.
select statement, key_id, compromised_from from key_compromise
where statement between $1 and $2
order by statement, key_id

-- name: late
-- The late statements of a range, and whether they are worked out.
select index, reach, done from late
where index between $1 and $2

-- name: revisions
-- What a late statement has changed.
select batch, before, after from revision where late = $1 order by batch

-- name: pending
-- The first late statement that is not worked out: kept content is what the log has before it.
select min(index) from late where not done

-- name: contents
-- All kept content, the batches of a statement together.
select lens, batch, shares from content order by lens, batch

-- name: runs
-- All kept rolling averages.
select lens, statement, run from run order by lens, statement

-- name: lenses
-- Firms' own lenses and those of policies: one definition of each.
select distinct on (l.number) l.number, coalesce(l.definition, u.definition) definition
from lens l left join lens_user u on u.lens = l.number
where coalesce(l.definition, u.definition) is not null
order by l.number

-- name: catalogue
-- The lenses with which content is kept.
select catalogue from ledger

-- name: origin
-- The origin that the ledger was founded for.
select origin from ledger

-- name: due
-- When shipments are overdue.
select index, due_at from shipment where index between $1 and $2

-- name: count
-- How many rows there are of everything that a replay makes.
select (select count(*) from statement) as statements,
       (select count(*) from making) as makings,
       (select count(*) from party) as parties,
       (select count(*) from key) as keys,
       (select count(*) from site) as sites,
       (select count(*) from shipment) as shipments,
       (select count(*) from batch) as batches,
       (select count(*) from draw) as draws,
       (select count(*) from accreditation) as accreditations,
       (select count(*) from attestation) as attestations,
       (select count(*) from ownership) as ownerships,
       (select count(*) from sharing) as grants,
       (select count(*) from declaration) as declarations,
       (select count(*) from certificate) as certificates,
       (select 3 * count(*) from certificate) as reserved,
       (select coalesce(sum(taken), 0)::bigint from status_list) as entries,
       (select count(*) from certificate_signer) as signers,
       (select count(*) from site_year) as site_years,
       (select count(*) from perfect_run) as perfect_runs,
       (select count(*) from assay) as assays,
       (select count(*) from place) as places,
       (select count(*) from averaging) as averagings,
       (select count(*) from averaged) as averaged,
       (select count(*) from late) as late,
       (select count(*) from key_compromise) as compromises
