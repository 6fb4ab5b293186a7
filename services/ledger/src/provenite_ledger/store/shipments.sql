-- Queries of shipments: what a party has sent, what is on its way to it, and what is overdue.

-- name: shipments
-- The shipments that a party has sent ($2) or that are addressed to it ($3), after an index. $5: only those in
-- a status; $6: only those that are, or are not, overdue at the time $7. Each side is a loop that ends with the
-- page.
with own as (
    (
        select * from shipment
        where $2 and sender = $1 and index > $4
          and ($5::text is null or status = $5)
          and ($6::boolean is null or (status = 'in_transit' and due_at < $7) = $6)
        order by index limit $8
    )
    union all
    (
        select * from shipment
        where $3 and receiver = $1 and index > $4
          and ($5::text is null or status = $5)
          and ($6::boolean is null or (status = 'in_transit' and due_at < $7) = $6)
        order by index limit $8
    )
    order by index
    limit $8
)
select own.*, s.digest, s.compact, r.digest as receipt_digest, r.compact as receipt_compact
from own
join statement s on s.index = own.index
left join statement r on r.index = own.receipt
order by own.index

-- name: shipment
-- The shipment of a transfer.
select h.*, s.digest, s.compact, r.digest as receipt_digest, r.compact as receipt_compact
from shipment h
join statement s on s.index = h.index
left join statement r on r.index = h.receipt
where s.digest = $1

-- name: shipped
-- The batches that transfers brought, in order.
select key / 1024 as transfer, key, material, mass, remaining, elements, element_masses
from unnest($1::bigint[]) as wanted (index)
join batch b on b.key >= wanted.index * 1024 and b.key < (wanted.index + 1) * 1024
order by key
