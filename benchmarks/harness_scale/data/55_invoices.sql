INSERT INTO invoices_document (id, kind, key, ref, series, number, seller_id, buyer_id, scope, currency, total,
    commission, data, issued_at)
SELECT seed.id('document', i, at), 'invoice', 'invoice:order:' || id, 'order:' || id, 'platform',
    'INV-' || to_char(at, 'YYYY') || '-' || lpad((1 + row_number() OVER (ORDER BY at, i))::text, 6, '0'), seller_id,
    buyer_id, coalesce(scope, ''), currency, total, commission, jsonb_build_object(
        'seller', jsonb_build_object('id', seller_id, 'name', 'Seller', 'address', '', 'tax_id', ''),
        'buyer', jsonb_build_object('id', buyer_id, 'name', 'Buyer', 'address', '', 'tax_id', ''),
        'order', jsonb_build_object('number', number, 'ordered_at', at), 'facts', '[]'::jsonb,
        'lines', (SELECT jsonb_agg(jsonb_build_object('title', title, 'quantity', quantity, 'unit_amount', unit_amount,
            'amount', amount) ORDER BY position) FROM orders_line WHERE order_id = o.id),
        'adjustments', '[]'::jsonb, 'subtotal', total, 'paid_at', at, 'note', ''), at
FROM (SELECT *, created_at AS at, substr(number, 5)::bigint AS i FROM orders_order
    WHERE status IN ('CONFIRMED', 'COMPLETED', 'DISPUTED')) AS o ORDER BY at, i;
INSERT INTO invoices_series (series, kind, period, last)
SELECT 'platform', 'invoice', to_char(issued_at, 'YYYY'), max(right(number, 6)::bigint) FROM invoices_document GROUP BY 3;
