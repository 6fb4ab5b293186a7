-- The ledger's tables as they are to be. migrations/ is the way there; a test compares the two.
--
-- A statement's index is its place in the log: 0, 1, 2 … without a gap. Parties, sites and shipments are
-- known by the index of their statement, batches by index * 1024 + output. Masses are milligrams.

create table ledger (
    only_row boolean primary key default true check (only_row),
    -- The aud of every statement; it cannot change once statements were signed for it.
    origin text not null,
    -- SHA-256 of the lenses with which content was computed; other lenses mean computing it anew.
    catalogue bytea,
    -- The log's public key (C2SP verifier key), once a checkpoint was signed with it: it signs all others.
    log_key text
);

create table tree (
    only_row boolean primary key default true check (only_row),
    -- How many statements there are, and the roots of the complete subtrees over them, largest first.
    size bigint not null,
    edge bytea not null
);

create table statement (
    index bigint primary key check (index >= 0),
    digest bytea not null unique check (length(digest) = 32),
    -- The SD-JWT as received, with every section (`packing.py`).
    compact bytea not null,
    kind text not null,
    issuer bigint not null,
    -- The other party that it concerns: to whom it is open.
    counterparty bigint,
    -- Thumbprint of the key that signed it.
    key_id bytea not null check (length(key_id) = 32),
    recorded_at timestamptz not null,
    -- Findings (`packing.py`); null when there are none.
    findings bytea,
    retracted_by bigint references statement
);
-- What each party made or shipped.
create index statement_maker on statement (issuer, index)
    where kind in ('extraction', 'collection', 'transformation', 'transfer', 'receipt', 'retraction');
create index statement_key on statement (key_id);
-- What is said of each party's keys.
create index statement_of_keys on statement (counterparty, index) where kind in ('key', 'revocation');
-- How each party's certificates stand.
create index statement_of_certificates on statement (counterparty, index) where kind = 'certificate_status';
create index statement_of_standing on statement (index) where kind = 'certificate_status';
create index statement_retraction on statement (retracted_by) where retracted_by is not null;

create table making (
    -- A statement that makes matter with content of its own.
    index bigint primary key references statement,
    site bigint,
    occurred_at timestamptz not null,
    -- Made on behalf of a supplier that is not here.
    proxy boolean not null
);
create index making_site on making (site, occurred_at) where site is not null;

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
    -- Seconds since 1970, as are the other times.
    valid_from bigint not null,
    recorded_at bigint not null,
    -- Thumbprint of the key that signed the registration.
    signed_with bytea not null,
    revoked_at bigint,
    compromised_from bigint
);
create index key_party on key (party);

create table site (
    index bigint primary key references statement,
    party bigint not null references party,
    country text not null,
    -- Millionths of a degree.
    latitude integer,
    longitude integer,
    -- Milligrams of dry output a calendar year.
    capacity bigint
);
create index site_party on site (party, index);

create table shipment (
    index bigint primary key references statement,
    sender bigint not null references party,
    receiver bigint not null references party,
    status text not null check (status in ('in_transit', 'accepted', 'refused', 'retracted')),
    departed_at timestamptz not null,
    mode text not null,
    expected_at timestamptz,
    -- When it is overdue.
    due_at timestamptz not null,
    -- Where it left.
    site bigint references site,
    -- The statement that closed it.
    receipt bigint references statement
);
create index shipment_parties on shipment (sender, receiver);
create index shipment_receiver on shipment (receiver, index);
create index shipment_sender on shipment (sender, index);
create index shipment_departed on shipment (sender, departed_at);
create index shipment_on_its_way_from on shipment (sender, index) where status = 'in_transit';
create index shipment_on_its_way_to on shipment (receiver, index) where status = 'in_transit';

create table batch (
    key bigint primary key,
    material text not null,
    holder bigint not null,
    status text not null check (status in ('held', 'in_transit', 'retracted')),
    mass bigint not null check (mass > 0),
    remaining bigint not null check (remaining between 0 and mass),
    -- The same order in both: symbols, and milligrams at the making.
    elements text[] not null,
    element_masses bigint[] not null,
    uncertainty bigint not null,
    available_at timestamptz not null,
    -- The batch of whose content this one is a part: itself, or what was made before it was shipped.
    root bigint not null,
    -- Of each element, where in the root's milligrams this part begins.
    offsets bigint[] not null
);
create index batch_holder on batch (holder, key) where remaining > 0;
-- What each party has held since when: what it made, and what was shipped to it.
create index batch_since on batch (holder, available_at);
create index batch_root on batch (root);

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

create table accreditation (
    index bigint primary key references statement,
    party bigint not null references party,
    scheme text not null,
    valid_from timestamptz not null,
    valid_until timestamptz,
    -- Seconds since 1970.
    retracted_at bigint
);

create table attestation (
    index bigint primary key references statement,
    attester bigint not null references party,
    kind text not null check (kind in ('statement', 'batch', 'site', 'party')),
    -- The digest or batch id of the subject.
    subject text not null,
    scheme text not null,
    conforms boolean not null,
    valid_from timestamptz not null,
    valid_until timestamptz,
    countersigns boolean not null,
    -- Seconds since 1970.
    retracted_at bigint
);
-- By the statement, site or party; of a batch, the statement that made it.
create index attestation_subject on attestation (split_part(subject, '.', 1));
create index attestation_attester on attestation (attester, scheme);

create table ownership (
    index bigint primary key references statement,
    party bigint not null references party,
    valid_from timestamptz not null,
    valid_until timestamptz,
    controllers text[] not null,
    -- Seconds since 1970.
    retracted_at bigint
);
create index ownership_party on ownership (party);

create table sharing (
    -- A grant: sections of the issuer's statements that others may see.
    index bigint primary key references statement,
    issuer bigint not null references party,
    opened text[] not null,
    -- Null: all holders of matter made from it.
    receiver bigint references party,
    -- Null: all statements of the issuer.
    statements bigint[],
    valid_from timestamptz,
    valid_until timestamptz,
    -- Seconds since 1970.
    retracted_at bigint
);
create index sharing_issuer on sharing (issuer);
create index sharing_receiver on sharing (receiver);

create table site_year (
    site bigint not null references site,
    year smallint not null,
    -- Of as many statements as there are: beyond bigint after ten of the greatest masses.
    mass numeric(30) not null,
    primary key (site, year)
);

create table perfect_run (
    party bigint primary key references party,
    count integer not null,
    since timestamptz not null,
    until timestamptz not null
);

create table assay (
    -- A certificate, and the first statement that stands and names it.
    digest bytea primary key check (length(digest) = 32),
    statement bigint not null references statement
);

create table place (
    -- Latitude and longitude in thousandths of a degree, rounded down.
    cell text primary key,
    party bigint not null references party,
    site bigint not null references site
);

create table averaging (
    -- The transformations under the rolling average at a site, in the order of the log.
    site bigint not null references site,
    statement bigint not null references statement,
    occurred_at timestamptz not null,
    primary key (site, statement)
);

create table averaged (
    -- A transformation under the rolling average, and those before it over which it goes.
    consumer bigint not null references statement,
    member bigint not null references statement,
    primary key (consumer, member)
);
create index averaged_member on averaged (member);

create table lens (
    -- A lens that firms have registered, or of a policy. The number 0 stands for those that ship with the protocol.
    number integer primary key check (number > 0),
    -- SHA-256 of its rules.
    digest bytea not null unique check (length(digest) = 32),
    -- TOML, when it is a policy's.
    definition text
);

create table lens_user (
    lens integer not null references lens,
    party bigint not null references party,
    -- TOML, as the party sent it.
    definition text not null,
    primary key (party, lens)
);

create table policy (
    -- A policy that ships, that a firm has registered, or by which somebody was answered: kept for good.
    digest bytea primary key check (length(digest) = 32),
    -- Compact JSON: what the digest is of.
    definition bytea not null,
    id text not null,
    -- The parameters with which it was asked for first, as in name=value&name=value; empty without any.
    settings text not null,
    -- How many lenses of its own it has: through each of them content may be computed.
    lenses smallint not null
);
create index policy_id on policy (id);

create table policy_user (
    policy bytea not null references policy,
    party bigint not null references party,
    -- Id and version of a policy of the party's own; null where it has set the parameters of one that ships.
    name text,
    version text,
    -- The larger, the later it was registered first.
    number bigint generated always as identity,
    registered_at timestamptz not null default now(),
    primary key (party, policy),
    unique (party, name, version)
);

create table content (
    -- 0 for the lenses of the protocol, otherwise a lens of a firm's own.
    lens integer not null,
    -- A batch that was made: what is shipped of it is a part of its content.
    batch bigint not null,
    -- MessagePack: element, lens, label, milligrams.
    shares bytea not null,
    primary key (lens, batch)
);
create index content_own on content (batch) where lens > 0;

create table run (
    -- What later rolling averages need of a transformation under that model: JSON.
    lens integer not null,
    statement bigint not null,
    run bytea not null,
    primary key (lens, statement)
);
create index run_own on run (statement) where lens > 0;

create table key_compromise (
    -- A revocation that says from when on, in seconds since 1970, what a key signed is disowned.
    statement bigint not null references statement,
    key_id bytea not null,
    compromised_from bigint not null,
    primary key (key_id, statement)
);

create table late (
    -- A statement that may change the content of earlier ones: how far it reaches, and how far that is done.
    index bigint primary key references statement,
    reach text not null,
    -- How many statements were computed anew, when it is done.
    total integer,
    done boolean not null default false
);
create index late_pending on late (index) where not done;

create table revision (
    -- What a late statement has changed of the content of a batch that was made.
    late bigint not null references late,
    batch bigint not null,
    before bytea not null,
    after bytea not null,
    primary key (late, batch)
);

create table declaration (
    -- What a firm says of its product beside the statements.
    index bigint primary key references statement,
    party bigint not null references party,
    batch bigint not null,
    -- Seconds since 1970.
    retracted_at bigint
);

create table certificate (
    index bigint primary key references statement,
    -- Its own id, in base64url.
    id text not null unique,
    party bigint not null references party,
    batch bigint not null,
    -- SHA-256 of the credential as it was issued.
    credential bytea not null unique check (length(credential) = 32),
    policy bytea not null check (length(policy) = 32),
    as_of date not null,
    -- Of the log with which the batch was assessed.
    size bigint not null,
    valid_until timestamptz not null,
    declaration bigint references declaration,
    -- Its entry in a status list.
    list integer not null,
    position integer not null,
    status text not null check (status in ('valid', 'suspended', 'revoked')),
    -- The statement that has given it the status, and the one that was named as the reason.
    changed bigint references statement,
    cause bigint references statement,
    unique (list, position)
);
create index certificate_party on certificate (party, index);
create index certificate_policy on certificate (policy, index);
create index certificate_not_valid on certificate (list) where status <> 'valid';
create index certificate_batch on certificate (batch);
create index certificate_declaration on certificate (declaration) where declaration is not null;

create table status_list (
    -- How many certificates have an entry of a status list.
    list integer primary key,
    taken bigint not null
);

create table certificate_key (
    -- Every key that has signed a credential or a status list here: its RFC 7638 thumbprint, and the public key.
    key_id bytea primary key check (length(key_id) = 32),
    jwk text not null,
    added_at timestamptz not null,
    -- Whether it is the one that signs now: that of the ledger's last start.
    signs boolean not null,
    -- Since when nothing that it has signed counts any more.
    retired_at timestamptz
);

create table credential (
    -- What was signed as a certificate, and by which key; it counts once a statement has its digest.
    digest bytea primary key check (length(digest) = 32),
    jwt text not null,
    key_id bytea not null references certificate_key
);
create index credential_key on credential (key_id, digest);

create table certificate_signer (
    -- The keys that signed what a certificate rests on: what brought its batch, what made what is in it, what was declared.
    key_id bytea not null,
    certificate bigint not null references certificate,
    primary key (key_id, certificate)
);

create table certificate_due (
    -- A certificate that is to be assessed anew, and the late statement because of which.
    certificate bigint not null references certificate,
    late bigint not null references statement,
    -- Whether it was found to reach what the certificate rests on; else it came while that was issued.
    reaches boolean not null,
    -- Kept when it is done: what a late statement has touched can be asked for.
    done boolean not null default false,
    primary key (certificate, late)
);
create index certificate_due_pending on certificate_due (certificate) where not done;
create index certificate_due_late on certificate_due (late, certificate);

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
