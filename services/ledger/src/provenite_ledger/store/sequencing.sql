-- Queries of the sequencer: what it loads before it admits a group, and how it writes one.

-- name: take_ledger
-- One ledger process at a time writes; the lock goes with the connection.
select pg_try_advisory_lock(0x50524F564E495445)

-- name: size
-- How many statements the log has.
select coalesce(max(index) + 1, 0) from statement

-- name: last_recorded
-- When the newest statement was recorded.
select recorded_at from statement order by index desc limit 1

-- name: tree
-- The tree over the statements, as it was when the last of them was written.
select size, edge from tree

-- name: put_tree
-- The tree with the statements that are being written.
insert into tree (size, edge) values ($1, $2)
on conflict (only_row) do update set size = excluded.size, edge = excluded.edge

-- name: entries
-- What the log's entries are made of, from a first index up to a last one.
select digest, recorded_at from statement where index >= $1 and index < $2 order by index

-- name: origin
-- The origin that the ledger was made for.
select origin from ledger

-- name: log_key
-- The key of the log; none before a checkpoint was signed.
select log_key from ledger

-- name: put_log_key
-- The key with which the first checkpoint was signed.
update ledger set log_key = $1 where log_key is null

-- name: parties
-- Every party, by its statement.
select p.index, s.digest, s.compact, p.country, p.roles
from party p join statement s on s.index = p.index
order by p.index

-- name: keys
-- Every registered key with its party.
select * from key

-- name: known
-- Those of the digests that are in the log already, with what their submission answered.
select s.digest, s.index, s.recorded_at, s.findings,
       (select count(*) from batch b where b.key >= s.index * 1024 and b.key < (s.index + 1) * 1024) as outputs
from statement s
where s.digest = any ($1::bytea[])

-- name: batches
-- Batches by statement digest and output index, with the statement that made their root.
select s.digest, r.digest as root_digest, b.*
from unnest($1::bytea[], $2::integer[]) as wanted (digest, output)
join statement s on s.digest = wanted.digest
join batch b on b.key = s.index * 1024 + wanted.output
join statement r on r.index = b.root / 1024

-- name: shipments
-- Shipments by statement digest, with the statements that they refer to.
select s.digest, h.*, t.digest as site_digest, r.digest as receipt_digest
from shipment h
join statement s on s.index = h.index
left join statement t on t.index = h.site
left join statement r on r.index = h.receipt
where s.digest = any ($1::bytea[])

-- name: shipped_batches
-- The batches that shipments brought, in order.
select s.digest, r.digest as root_digest, b.*
from unnest($1::bigint[]) as wanted (index)
join statement s on s.index = wanted.index
join batch b on b.key >= wanted.index * 1024 and b.key < (wanted.index + 1) * 1024
join statement r on r.index = b.root / 1024
order by b.key

-- name: sites
-- Sites by statement digest.
select s.digest, t.*
from site t join statement s on s.index = t.index
where s.digest = any ($1::bytea[])

-- name: update_batches
-- Batches that an admission changed: what is left, who holds them, from when on.
update batch b
set remaining = c.remaining, holder = c.holder, status = c.status, available_at = c.available_at
from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[])
    as c (key, remaining, holder, status, available_at)
where b.key = c.key
