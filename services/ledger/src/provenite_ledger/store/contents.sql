-- Queries of the content: what is missing upstream of a batch, and what computing it needs.

-- name: batch
-- A batch's elements, and the batch whose shares it has.
select elements, element_masses, shares_of from batch where key = $1

-- name: kept
-- The content kept for one batch.
select shares from content where batch = $1

-- name: shares
-- The content kept for batches.
select batch, shares from content where batch = any ($1::bigint[])

-- name: missing
-- Statements upstream of a batch whose content is not kept yet, oldest first, and how many inputs and outputs
-- each has; what is kept is not searched.
with recursive missing (batch) as (
    select $1::bigint where not exists (select from content c where c.batch = $1)
    union
    select b.shares_of
    from missing m
    join draw d on d.consumer = m.batch / 1024
    join batch b on b.key = d.batch
    where not exists (select from content c where c.batch = b.shares_of)
)
select m.index,
       (select count(*) from draw d where d.consumer = m.index)
       + (select count(*) from batch b where b.key >= m.index * 1024 and b.key < (m.index + 1) * 1024) as parts
from (select distinct batch / 1024 as index from missing) m
order by m.index

-- name: statements
-- Statements with their text.
select index, compact from statement where index = any ($1::bigint[]) order by index

-- name: made
-- What statements made: the element masses of each output, in order.
select b.key, b.elements, b.element_masses
from unnest($1::bigint[]) as wanted (index)
join batch b on b.key >= wanted.index * 1024 and b.key < (wanted.index + 1) * 1024
order by b.key

-- name: draws
-- What statements took, in order, with the batches that they took it from.
select d.consumer, d.mass as taken, d.before, b.mass, b.elements, b.element_masses, b.shares_of
from draw d join batch b on b.key = d.batch
where d.consumer = any ($1::bigint[])
order by d.consumer, d.position

-- name: keep
-- Content of new batches, if the lenses it was computed with are still the database's. Two readers may compute
-- the same: the same is what they get.
insert into content (batch, shares)
select * from unnest($1::bigint[], $2::bytea[])
where exists (select from ledger where catalogue = $3)
on conflict (batch) do nothing

-- name: makers
-- Statements in a range of indices that make batches with content of their own which is not kept yet, and how
-- many inputs and outputs each has. The content of a statement's batches is kept all at once.
select s.index,
       (select count(*) from draw d where d.consumer = s.index)
       + (select count(*) from batch b where b.key >= s.index * 1024 and b.key < (s.index + 1) * 1024) as parts
from statement s
where s.index >= $1 and s.index < $2 and s.kind in ('extraction', 'collection', 'transformation')
  and not exists (select from content c where c.batch = s.index * 1024)
order by s.index limit $3

-- name: take_catalogue
-- Remember the lenses with which content is computed; content of other lenses is dropped.
with before as (select catalogue from ledger), now as (update ledger set catalogue = $1)
select catalogue is distinct from $1 as differs from before

-- name: drop_content
-- Forget all content: it is computed anew as it is asked for.
truncate content
