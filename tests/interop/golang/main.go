// Reads a list of questions about a log as JSON and writes, for each, the answer or the error, by
// golang.org/x/mod/sumdb: note opens what is signed, tlog checks proofs and reads tiles.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

type question struct {
	Ask   string      `json:"ask"`
	Keys  []string    `json:"keys"`
	Note  string      `json:"note"`
	Size  int64       `json:"size"`
	Root  tlog.Hash   `json:"root"`
	Index int64       `json:"index"`
	Leaf  tlog.Hash   `json:"leaf"`
	Old   int64       `json:"old"`
	Was   tlog.Hash   `json:"oldRoot"`
	Proof []tlog.Hash `json:"proof"`
	// A folder that a static server could serve, and the leaves to prove out of it.
	Folder  string  `json:"folder"`
	Indexes []int64 `json:"indexes"`
}

type answer struct {
	Error   string             `json:"error,omitempty"`
	Signers []string           `json:"signers,omitempty"`
	Size    int64              `json:"size,omitempty"`
	Proofs  []tlog.RecordProof `json:"proofs,omitempty"`
}

func main() {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	answers := make([]answer, len(questions))
	for i, each := range questions {
		answers[i] = reply(each)
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}

func reply(q question) answer {
	var found answer
	var err error
	switch q.Ask {
	case "note":
		var opened *note.Note
		if opened, err = open([]byte(q.Note), q.Keys); err == nil {
			for _, signature := range opened.Sigs {
				found.Signers = append(found.Signers, signature.Name)
			}
		}
	case "inclusion":
		err = tlog.CheckRecord(q.Proof, q.Size, q.Root, q.Index, q.Leaf)
	case "consistency":
		err = tlog.CheckTree(q.Proof, q.Size, q.Root, q.Old, q.Was)
	case "folder":
		found, err = folder(q)
	default:
		err = fmt.Errorf("unknown question %q", q.Ask)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return found
}

func open(data []byte, keys []string) (*note.Note, error) {
	var known []note.Verifier
	for _, key := range keys {
		verifier, err := newVerifier(key)
		if err != nil {
			return nil, err
		}
		known = append(known, verifier)
	}
	return note.Open(data, note.VerifierList(known...))
}

// The package knows type 1 keys only; a cosignature (type 4) is over its time and the text.
func newVerifier(key string) (note.Verifier, error) {
	name, rest, _ := strings.Cut(key, "+")
	id, encoded, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != 4 {
		return note.NewVerifier(key)
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), raw...))
	if hex.EncodeToString(sum[:4]) != id {
		return nil, errors.New("the key has another id")
	}
	return witness{name, binary.BigEndian.Uint32(sum[:4]), raw[1:]}, nil
}

type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }
func (w witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(sig)
	said := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, msg)
	return ed25519.Verify(w.key, []byte(said), sig[8:])
}

// Believes nothing in the folder but what the checkpoint's signature covers.
func folder(q question) (answer, error) {
	data, err := os.ReadFile(filepath.Join(q.Folder, "checkpoint"))
	if err != nil {
		return answer{}, err
	}
	opened, err := open(data, q.Keys)
	if err != nil {
		return answer{}, err
	}
	tree, err := parseTree(opened.Text)
	if err != nil {
		return answer{}, err
	}
	reader := tlog.TileHashReader(tree, tiles(q.Folder))
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return answer{}, err
	}
	if root != tree.Hash {
		return answer{}, errors.New("the tiles have another root")
	}
	found := answer{Size: tree.N}
	for _, index := range q.Indexes {
		entry, err := readEntry(q.Folder, index, tree.N)
		if err != nil {
			return answer{}, err
		}
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return answer{}, err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
			return answer{}, err
		}
		found.Proofs = append(found.Proofs, proof)
	}
	if q.Old > 0 {
		proof, err := tlog.ProveTree(tree.N, q.Old, reader)
		if err != nil {
			return answer{}, err
		}
		return found, tlog.CheckTree(proof, tree.N, tree.Hash, q.Old, q.Was)
	}
	return found, nil
}

// tlog.ParseTree wants the first line of the Go checksum database.
func parseTree(text string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tlog.Tree{}, errors.New("not a checkpoint")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

type tiles string

func (t tiles) Height() int                         { return tileHeight }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (t tiles) ReadTiles(asked []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range asked {
		data, err := os.ReadFile(filepath.Join(string(t), path(tile)))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

// The path of a C2SP tile is that of the Go checksum database without the height.
func path(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tile.H))
}

func readEntry(folder string, index, size int64) ([]byte, error) {
	tile := tlog.Tile{H: tileHeight, L: -1, N: index >> tileHeight, W: 1 << tileHeight}
	if rest := size - tile.N<<tileHeight; rest < int64(tile.W) {
		tile.W = int(rest)
	}
	data, err := os.ReadFile(filepath.Join(folder, strings.Replace(path(tile), "/data/", "/entries/", 1)))
	if err != nil {
		return nil, err
	}
	bundle := bytes.NewReader(data)
	for at := tile.N << tileHeight; ; at++ {
		var length uint16
		if err := binary.Read(bundle, binary.BigEndian, &length); err != nil {
			return nil, err
		}
		entry := make([]byte, length)
		if _, err := bundle.Read(entry); err != nil {
			return nil, err
		}
		if at == index {
			return entry, nil
		}
	}
}
