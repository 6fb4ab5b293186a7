-- Indexes with which a page costs what it holds, however much a party has made and used up.

drop index statement_issuer;
create index statement_maker on statement (issuer, index)
    where kind in ('extraction', 'collection', 'transformation', 'transfer');

drop index shipment_sender;
create index shipment_parties on shipment (sender, receiver);

drop index batch_holder;
create index batch_holder on batch (holder, key) where remaining > 0;
