import {FloatField, floatField} from "@web/views/fields/float/float_field";
import {registry} from "@web/core/registry";

// As in domain/quotient_import.py: a point or a comma is followed by cents, unless the
// other sign says that it groups thousands.
const PLAIN = /^(\d{1,3}(?:\s\d{3})+|\d+)(?:[.,](\d{1,2}))?\s*€?$/;
const GROUPED = [
    /^(\d{1,3}(?:,\d{3})+)\.(\d{1,2})$/,
    /^(\d{1,3}(?:\.\d{3})+),(\d{1,2})$/,
];

/**
 * Read a quotient without guessing: “1.000” may be a thousand or one.
 *
 * @param {String} text what was typed
 * @returns {Number|null} null where it can be read in two ways, or not at all
 */
export function readQuotient(text) {
    for (const pattern of [PLAIN, ...GROUPED]) {
        const read = text.trim().match(pattern);
        if (read) {
            return Number(`${read[1].replace(/\D/g, "")}.${read[2] || 0}`);
        }
    }
    return null;
}

export class QuotientField extends FloatField {
    /**
     * Refuse what the field would read as the lowest price: it turns red and the form
     * is not saved.
     *
     * @override
     */
    parse(text) {
        if (!text.trim()) {
            return super.parse(text);
        }
        const value = readQuotient(text);
        if (value === null) {
            throw new Error("Not read in one way");
        }
        return value;
    }
}

registry
    .category("fields")
    .add("espace_quotient", {...floatField, component: QuotientField});
