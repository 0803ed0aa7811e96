// A small stand-in for "helm template": the same template language (Go's text/template with the functions of sprig), the same
// values (the chart's own, then files over them), the same schema check. For tests, where helm itself is not installed.
//
//	renderer [-name N] [-namespace N] [-revision N] CHART [VALUES.yaml...]
//
// GO111MODULE=off GOPATH=/usr/share/gocode: the libraries are Debian's.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

type files map[string][]byte

// Get is what templates know as .Files.Get.
func (f files) Get(name string) string { return string(f[name]) }

func main() {
	name := flag.String("name", "gateway", "the release")
	namespace := flag.String("namespace", "load", "its namespace")
	revision := flag.Int("revision", 1, "its revision")
	flag.Parse()
	if err := render(*name, *namespace, *revision, flag.Arg(0), flag.Args()[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func render(name, namespace string, revision int, chart string, valueFiles []string) error {
	values, err := readValues(chart, valueFiles)
	if err != nil {
		return err
	}

	metadata := map[string]interface{}{}
	if err := readYaml(filepath.Join(chart, "Chart.yaml"), &metadata); err != nil {
		return err
	}

	about := map[string]interface{}{}
	for key, value := range metadata {
		about[strings.ToUpper(key[:1])+key[1:]] = value
	}

	others, err := readFiles(chart)
	if err != nil {
		return err
	}

	scope := map[string]interface{}{
		"Values":  values,
		"Chart":   about,
		"Files":   others,
		"Release": map[string]interface{}{"Name": name, "Namespace": namespace, "Revision": revision, "Service": "Helm", "IsInstall": revision == 1, "IsUpgrade": revision > 1},
		"Capabilities": map[string]interface{}{
			"KubeVersion": map[string]interface{}{"Version": "v1.33.0", "Major": "1", "Minor": "33"},
		},
	}
	return execute(filepath.Join(chart, "templates"), scope)
}

func readValues(chart string, valueFiles []string) (map[string]interface{}, error) {
	values := map[string]interface{}{}
	for _, path := range append([]string{filepath.Join(chart, "values.yaml")}, valueFiles...) {
		more := map[string]interface{}{}
		if err := readYaml(path, &more); err != nil {
			return nil, err
		}
		merge(values, more)
	}

	schema, err := os.ReadFile(filepath.Join(chart, "values.schema.json"))
	if err != nil {
		return nil, err
	}
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(schema), gojsonschema.NewGoLoader(values))
	if err != nil {
		return nil, err
	}
	if !result.Valid() {
		text := "values don't meet the specifications of the schema(s) in the following chart(s):"
		for _, problem := range result.Errors() {
			text += "\n- " + problem.String()
		}
		return nil, errors.New(text)
	}
	return values, nil
}

// Maps are merged, everything else is replaced; null takes a key away.
func merge(into, from map[string]interface{}) {
	for key, value := range from {
		below, isMap := value.(map[string]interface{})
		existing, wasMap := into[key].(map[string]interface{})
		if isMap && wasMap {
			merge(existing, below)
		} else {
			into[key] = value
		}
	}
}

func readYaml(path string, into interface{}) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// What is neither a template nor about the chart itself.
func readFiles(chart string) (files, error) {
	found := files{}
	folder := filepath.Join(chart, "files")
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		return found, nil
	}
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		found["files/"+entry.Name()] = text
	}
	return found, nil
}

func execute(folder string, scope map[string]interface{}) error {
	all := template.New("chart").Option("missingkey=zero")
	all.Funcs(functions(all))
	var names []string
	err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		short, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		names = append(names, short)
		_, err = all.New(short).Parse(string(text))
		return err
	})
	if err != nil {
		return err
	}

	sort.Strings(names)
	for _, name := range names {
		if strings.HasPrefix(filepath.Base(name), "_") {
			continue
		}
		var output bytes.Buffer
		if err := all.ExecuteTemplate(&output, name, scope); err != nil {
			return err
		}
		text := strings.TrimSpace(strings.ReplaceAll(output.String(), "<no value>", ""))
		if name == "NOTES.txt" {
			// Shown to people by helm, never applied.
			fmt.Printf("---\n# Source: NOTES.txt\n# %s\n", strings.ReplaceAll(text, "\n", "\n# "))
		} else if text != "" {
			fmt.Printf("---\n# Source: %s\n%s\n", name, strings.TrimPrefix(text, "---\n"))
		}
	}
	return nil
}

func functions(all *template.Template) template.FuncMap {
	functions := sprig.TxtFuncMap()
	// Helm takes these away: a chart must not depend on who renders it.
	delete(functions, "env")
	delete(functions, "expandenv")
	functions["include"] = func(name string, scope interface{}) (string, error) {
		var output bytes.Buffer
		err := all.ExecuteTemplate(&output, name, scope)
		return output.String(), err
	}
	functions["fail"] = func(text string) (string, error) { return "", errors.New(text) }
	functions["required"] = func(text string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, errors.New(text)
		}
		return value, nil
	}
	functions["toYaml"] = func(value interface{}) (string, error) {
		text, err := yaml.Marshal(value)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	functions["fromYaml"] = func(text string) (map[string]interface{}, error) {
		value := map[string]interface{}{}
		err := yaml.Unmarshal([]byte(text), &value)
		return value, err
	}
	return functions
}
