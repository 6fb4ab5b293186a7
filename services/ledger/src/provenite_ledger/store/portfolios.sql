-- Queries of portfolios: which batches are added up, and how much of each counts (`kept`, milligrams of `mass`).
-- $1 is the party. Elements ($2) and a material ($3) narrow it; null means all. At most $4 batches. Days are
-- half-open: from $5 on, before $6.
--
-- What is the party's in those days is found first, by an index: `materialized` keeps the limit from making a scan of
-- the whole table look cheap. All else is looked up by its key, which `offset 0` keeps so, in no order: it ends with
-- the limit.

-- name: size
-- How many statements there are.
select size from tree

-- name: stock
-- What a party holds, as far as it is left.
with own as materialized (
    select * from batch
    where holder = $1 and remaining > 0 and status = 'held'
      and ($2::text[] is null or elements && $2) and ($3::text is null or material = $3)
)
select b.key, b.root, b.mass, b.remaining as kept, b.elements, b.element_masses, b.offsets, s.kind, s.issuer, s.counterparty
from own b
cross join lateral (select kind, issuer, counterparty from statement where index = b.key / 1024 offset 0) s
limit $4

-- name: received
-- What was shipped to a party and accepted, less what it refused and what was lost on the way; and what it has
-- recorded for suppliers that are not here. It has held each since it was there.
with own as materialized (
    select * from batch
    where holder = $1 and available_at >= $5 and available_at < $6
      and ($2::text[] is null or elements && $2) and ($3::text is null or material = $3)
)
select b.key, b.root, b.mass, a.kept, b.elements, b.element_masses, b.offsets, s.kind, s.issuer, s.counterparty
from own b
cross join lateral (
    select b.mass - coalesce((
               select sum(d.mass) from draw d where d.consumer = h.receipt and d.batch = b.key
           ), 0)::bigint as kept
    from shipment h
    where h.index = b.key / 1024 and h.receiver = $1 and h.status = 'accepted'
    union all
    select b.mass from making m where m.index = b.key / 1024 and m.proxy and b.status <> 'retracted'
    offset 0
) a
cross join lateral (select kind, issuer, counterparty from statement where index = b.key / 1024 offset 0) s
where a.kept > 0
limit $4

-- name: made
-- What a party has itself made, and held since.
with own as materialized (
    select * from batch
    where holder = $1 and available_at >= $5 and available_at < $6 and status <> 'retracted'
      and ($2::text[] is null or elements && $2) and ($3::text is null or material = $3)
)
select b.key, b.root, b.mass, b.mass as kept, b.elements, b.element_masses, b.offsets, s.kind, s.issuer, s.counterparty
from own b
cross join lateral (select from making where index = b.key / 1024 and not proxy offset 0) m
cross join lateral (select kind, issuer, counterparty from statement where index = b.key / 1024 offset 0) s
limit $4

-- name: shipped
-- What a party has sent on its way, and did not get back as a whole.
with sent as materialized (
    select index from shipment
    where sender = $1 and status in ('in_transit', 'accepted') and departed_at >= $5 and departed_at < $6
)
select b.key, b.root, b.mass, b.mass as kept, b.elements, b.element_masses, b.offsets, s.kind, s.issuer, s.counterparty
from sent h
cross join lateral (select * from batch where key >= h.index * 1024 and key < (h.index + 1) * 1024 offset 0) b
cross join lateral (select kind, issuer, counterparty from statement where index = h.index offset 0) s
where ($2::text[] is null or b.elements && $2) and ($3::text is null or b.material = $3)
limit $4

-- name: used
-- What transformations of a party that stand have taken of batches that it made: of roots, by its records or
-- ($3) by those for suppliers.
select d.mass as taken, d.before, b.mass, b.elements, b.element_masses, b.root, b.offsets
from batch b
cross join lateral (select * from draw where batch = b.key offset 0) d
cross join lateral (
    select from statement where index = d.consumer and issuer = $1 and retracted_by is null offset 0
) c
cross join lateral (select from making where index = d.consumer and proxy = $3 offset 0) m
where b.root = any ($2::bigint[])

-- name: returned
-- What was refused of shipments: the parts that went back to their sender.
select h.index as transfer, b.root, b.elements, b.element_masses, b.offsets
from unnest($1::bigint[]) as wanted (index)
cross join lateral (select index, receipt from shipment where index = wanted.index offset 0) h
cross join lateral (select * from batch where key >= h.receipt * 1024 and key < (h.receipt + 1) * 1024 offset 0) b
