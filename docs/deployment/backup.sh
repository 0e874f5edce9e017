#!/bin/sh
# Sauvegarde d'Espace Famille : la base, puis les fichiers. Voir docs/deployment.md.
#
#   backup.sh BASE DOSSIER-DES-FICHIERS DESTINATION [JOURS-GARDÉS]
#
# Le serveur peut tourner. Ce qui échoue arrête tout, et ne laisse rien à moitié sous le
# nom d'une sauvegarde.
set -eu
umask 077

database=$1
filestore=$2
target=$3
days=${4:-30}

name="$target/$database-$(date +%F)"
[ -d "$filestore" ] || { echo "Pas de dossier $filestore" >&2; exit 1; }
mkdir -p "$target"

pg_dump --format=custom --no-owner --file="$name.dump.part" "$database"
pg_restore --list "$name.dump.part" >/dev/null
# 1 : un fichier a été ajouté ou effacé pendant la lecture.
tar -czf "$name-filestore.tar.gz.part" \
    -C "$(dirname "$filestore")" "$(basename "$filestore")" || [ $? -eq 1 ]
gzip -t "$name-filestore.tar.gz.part"

mv "$name.dump.part" "$name.dump"
mv "$name-filestore.tar.gz.part" "$name-filestore.tar.gz"
find "$target" -maxdepth 1 -name "$database-*" -mtime "+$days" -delete
