// Checks an exported log, and proofs that were made of it, with golang.org/x/mod/sumdb: a second implementation, by
// other people, of notes (c2sp.org/signed-note), tiles (c2sp.org/tlog-tiles) and proofs (RFC 6962).
//
//	main TREE VKEY PROOF...
//
// Opens the checkpoint, hashes every entry of every bundle, builds the tree anew and from it every hash tile, byte for
// byte; reads the tiles as a client would; makes each proof again, compares it with the file, hash by hash, and checks
// it. Prints what it counted; anything else is an error.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const width = 256

// tree reads tiles of height 8 from a folder, where the height is not part of the path.
type tree struct{ folder string }

func (t tree) Height() int { return 8 }

func (t tree) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(t.folder, strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (t tree) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folder, vkey string, files []string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	head, err := openCheckpoint(filepath.Join(folder, "checkpoint"), verifier)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(head, tree{folder})
	root, err := tlog.TreeHash(head.N, reader)
	if err != nil {
		return err
	}
	if root != head.Hash {
		return fmt.Errorf("the tiles lead to %v, the checkpoint signs %v", root, head.Hash)
	}
	stored, err := hashEntries(folder, head.N)
	if err != nil {
		return err
	}
	if err := compareTiles(folder, head, stored); err != nil {
		return err
	}
	records, trees := 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(data, []byte("old ")) {
			err = checkTree(data, head, reader)
			trees++
		} else {
			err = checkRecord(data, head, reader)
			records++
		}
		if err != nil {
			return fmt.Errorf("%s: %v", file, err)
		}
	}
	fmt.Printf("%d entries, %d record proofs, %d tree proofs\n", head.N, records, trees)
	return nil
}

func openCheckpoint(file string, verifier note.Verifier) (tlog.Tree, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("%q is no checkpoint of %s", opened.Text, verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

// memory holds every hash of a tree, in the order that the package gives them.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		found = append(found, m[index])
	}
	return found, nil
}

func hashEntries(folder string, size int64) (memory, error) {
	var stored memory
	for first := int64(0); first < size; first += width {
		tile := tlog.Tile{H: 8, L: -1, N: first / width, W: width}
		if size-first < width {
			tile.W = int(size - first)
		}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		bundle, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			return nil, err
		}
		for at := 0; at < tile.W; at++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("%s is cut short", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			hashes, err := tlog.StoredHashes(first+int64(at), bundle[2:end], stored)
			if err != nil {
				return nil, err
			}
			stored = append(stored, hashes...)
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			return nil, fmt.Errorf("%s goes on", path)
		}
	}
	return stored, nil
}

func compareTiles(folder string, head tlog.Tree, stored memory) error {
	root, err := tlog.TreeHash(head.N, stored)
	if err != nil {
		return err
	}
	if root != head.Hash {
		return fmt.Errorf("the entries lead to %v, the checkpoint signs %v", root, head.Hash)
	}
	for _, tile := range tlog.NewTiles(8, 0, head.N) {
		if hashes := head.N >> uint(8*tile.L); tile.W < width && int64(tile.W) != hashes%width {
			continue // the same tile when the tree was smaller
		}
		made, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return err
		}
		found, err := tree{folder}.ReadTiles([]tlog.Tile{tile})
		if err != nil {
			return err
		}
		if !bytes.Equal(made, found[0]) {
			return fmt.Errorf("%s is not the tile that the entries give", tile.Path())
		}
	}
	return nil
}

// parts splits a proof into the lines before the first empty one, less the first, and what follows it.
func parts(data []byte) (first string, lines []string) {
	head := strings.SplitN(string(data), "\n\n", 2)[0]
	lines = strings.Split(head, "\n")
	return lines[0], lines[1:]
}

func same(lines []string, proof []tlog.Hash) error {
	if len(lines) != len(proof) {
		return fmt.Errorf("%d hashes, not %d", len(lines), len(proof))
	}
	for at, hash := range proof {
		if lines[at] != hash.String() {
			return fmt.Errorf("hash %d is %s, not %v", at, lines[at], hash)
		}
	}
	return nil
}

func checkRecord(data []byte, head tlog.Tree, reader tlog.HashReader) error {
	first, lines := parts(data)
	if first != "c2sp.org/tlog-proof@v1" || len(lines) < 2 {
		return fmt.Errorf("no proof of an entry")
	}
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[0], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveRecord(head.N, index, reader)
	if err != nil {
		return err
	}
	if err := same(lines[2:], proof); err != nil {
		return err
	}
	return tlog.CheckRecord(proof, head.N, head.Hash, index, tlog.RecordHash(entry))
}

func checkTree(data []byte, head tlog.Tree, reader tlog.HashReader) error {
	first, lines := parts(data)
	old, err := strconv.ParseInt(strings.TrimPrefix(first, "old "), 10, 64)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(head.N, old, reader)
	if err != nil {
		return err
	}
	if err := same(lines, proof); err != nil {
		return err
	}
	hash, err := tlog.TreeHash(old, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, head.N, head.Hash, old, hash)
}
