-- Queries of portfolios: which batches are added up, and how much of each counts (`kept`, milligrams of `mass`).
-- $1 is the party. Elements ($2) and a material ($3) narrow it; null means all. At most $4 batches. Days are
-- half-open: from $5 on, before $6.

-- name: size
-- How many statements there are.
select size from tree

-- name: stock
-- What a party holds, as far as it is left.
select b.key, b.root, b.mass, b.remaining as kept, b.elements, b.element_masses, b.offsets, s.kind, s.issuer, s.counterparty
from batch b join statement s on s.index = b.key / 1024
where b.holder = $1 and b.remaining > 0 and b.status = 'held'
  and ($2::text[] is null or b.elements && $2) and ($3::text is null or b.material = $3)
order by b.key limit $4

-- name: received
-- What was shipped to a party and accepted, less what it refused and what was lost on the way; and what it has
-- recorded for suppliers that are not here.
with arrived as (
    select b.key, b.mass - coalesce((
               select sum(d.mass) from draw d where d.consumer = h.receipt and d.batch = b.key
           ), 0)::bigint as kept
    from shipment h
    join batch b on b.key >= h.index * 1024 and b.key < (h.index + 1) * 1024
    where h.receiver = $1 and h.status = 'accepted' and b.available_at >= $5 and b.available_at < $6
    union all
    select b.key, b.mass
    from statement s
    join making m on m.index = s.index
    join batch b on b.key >= s.index * 1024 and b.key < (s.index + 1) * 1024
    where s.issuer = $1 and s.kind in ('extraction', 'collection', 'transformation')
      and m.proxy and m.occurred_at >= $5 and m.occurred_at < $6 and b.status <> 'retracted'
)
select b.key, b.root, b.mass, a.kept, b.elements, b.element_masses, b.offsets, s.kind, s.issuer, s.counterparty
from arrived a join batch b on b.key = a.key join statement s on s.index = b.key / 1024
where a.kept > 0
  and ($2::text[] is null or b.elements && $2) and ($3::text is null or b.material = $3)
order by b.key limit $4

-- name: made
-- What a party has itself made.
select b.key, b.root, b.mass, b.mass as kept, b.elements, b.element_masses, b.offsets, s.kind, s.issuer, s.counterparty
from statement s
join making m on m.index = s.index
join batch b on b.key >= s.index * 1024 and b.key < (s.index + 1) * 1024
where s.issuer = $1 and s.kind in ('extraction', 'collection', 'transformation')
  and not m.proxy and m.occurred_at >= $5 and m.occurred_at < $6 and b.status <> 'retracted'
  and ($2::text[] is null or b.elements && $2) and ($3::text is null or b.material = $3)
order by b.key limit $4

-- name: shipped
-- What a party has sent on its way, and did not get back as a whole.
select b.key, b.root, b.mass, b.mass as kept, b.elements, b.element_masses, b.offsets, s.kind, s.issuer, s.counterparty
from shipment h
join batch b on b.key >= h.index * 1024 and b.key < (h.index + 1) * 1024
join statement s on s.index = h.index
where h.sender = $1 and h.status in ('in_transit', 'accepted') and h.departed_at >= $5 and h.departed_at < $6
  and ($2::text[] is null or b.elements && $2) and ($3::text is null or b.material = $3)
order by b.key limit $4

-- name: used
-- What transformations of a party that stand have taken of batches that it made: of roots, by its records or
-- ($3) by those for suppliers.
select d.mass as taken, d.before, b.mass, b.elements, b.element_masses, b.root, b.offsets
from batch b
join draw d on d.batch = b.key
join statement c on c.index = d.consumer
join making m on m.index = c.index
where b.root = any ($2::bigint[]) and c.issuer = $1 and c.retracted_by is null and m.proxy = $3

-- name: returned
-- What was refused of shipments: the parts that went back to their sender.
select h.index as transfer, b.root, b.elements, b.element_masses, b.offsets
from unnest($1::bigint[]) as wanted (index)
join shipment h on h.index = wanted.index
join batch b on b.key >= h.receipt * 1024 and b.key < (h.receipt + 1) * 1024
