-- A copy of the database asks the treasury for nothing.
UPDATE payment_provider
   SET payfip_numcli = NULL
 WHERE code = 'payfip';
UPDATE payment_transaction
   SET payfip_is_final = TRUE
 WHERE payfip_asked_at IS NOT NULL;
