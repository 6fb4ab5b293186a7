-- The ledger's tables as they are to be. migrations/ is the way there; a test compares the two.
--
-- A statement's index is its place in the log: 0, 1, 2 … without a gap. Parties, sites and shipments are
-- known by the index of their statement, batches by index * 1024 + output. Masses are milligrams.

create table ledger (
    only_row boolean primary key default true check (only_row),
    -- The aud of every statement; it cannot change once statements were signed for it.
    origin text not null,
    -- SHA-256 of the lenses with which content was computed; other lenses mean computing it anew.
    catalogue bytea
);

create table statement (
    index bigint primary key check (index >= 0),
    digest bytea not null unique check (length(digest) = 32),
    -- The SD-JWT as received, with every section.
    compact text not null,
    kind text not null,
    issuer bigint not null,
    recorded_at timestamptz not null,
    -- JSON array of findings; null when there are none.
    findings text
);
-- What each party made or shipped.
create index statement_maker on statement (issuer, index)
    where kind in ('extraction', 'collection', 'transformation', 'transfer');

create table party (
    index bigint primary key references statement,
    country text not null,
    roles text[] not null
);

create table key (
    key_id bytea primary key check (length(key_id) = 32),
    party bigint not null references party,
    -- The public key as a JSON Web Key.
    jwk text not null,
    valid_from bigint not null
);
create index key_party on key (party);

create table site (
    index bigint primary key references statement,
    party bigint not null references party,
    country text not null
);
create index site_party on site (party, index);

create table shipment (
    index bigint primary key references statement,
    sender bigint not null references party,
    receiver bigint not null references party,
    status text not null check (status in ('in_transit', 'accepted', 'refused')),
    departed_at timestamptz not null
);
create index shipment_parties on shipment (sender, receiver);
create index shipment_receiver on shipment (receiver, index);

create table batch (
    key bigint primary key,
    material text not null,
    holder bigint not null,
    status text not null check (status in ('held', 'in_transit')),
    mass bigint not null check (mass > 0),
    remaining bigint not null check (remaining between 0 and mass),
    -- The same order in both: symbols, and milligrams at the making.
    elements text[] not null,
    element_masses bigint[] not null,
    uncertainty bigint not null,
    available_at timestamptz not null,
    -- The batch whose content shares this one has: itself, or what a transfer first shipped.
    shares_of bigint not null
);
create index batch_holder on batch (holder, key) where remaining > 0;

create table draw (
    consumer bigint not null,
    position smallint not null,
    batch bigint not null,
    mass bigint not null check (mass > 0),
    -- What was left of the batch before this draw.
    before bigint not null,
    primary key (consumer, position)
);
create index draw_batch on draw (batch);

create table content (
    batch bigint primary key,
    -- MessagePack: element, lens, label, milligrams.
    shares bytea not null
);

create table invitation (
    -- SHA-256 of the code, which is not kept.
    code_hash bytea primary key check (length(code_hash) = 32),
    name text not null,
    country text not null,
    roles text[] not null,
    expires_at timestamptz not null,
    -- The key that used it: the same key may ask again, another may not.
    used_by bytea
);
